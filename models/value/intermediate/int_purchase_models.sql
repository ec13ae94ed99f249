-- Grain: one row per origin and model of purchases. The likelier of the two that have
-- converged is chosen; both have four parameters.

with

fits as (
    select * from {{ ref('active_clients', 'int_purchase_fits') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by origin_date
            order by
                case when is_converged then 0 else 1 end asc,
                log_likelihood desc,
                purchase_model asc
        ) as fit_rank

    from fits
),

final as (
    select
        origin_date,
        purchase_model,
        shift,
        client_count,
        repeat_count,
        r,
        alpha,
        a,
        b,
        log_likelihood,
        is_converged,
        is_degenerate,
        is_converged and fit_rank = 1 as is_chosen

    from ranked
)

select * from final
