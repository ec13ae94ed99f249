-- Grain: one row per origin, client that pays on it and day on which MRR of it is known to end:
-- how much, and what it still brings until then. Of terms that are paid at their first day
-- the last is paid for as long as it lasts.

with

ends as (
    select
        origin_date,
        client_id,
        ends_date,
        sum(mrr_amount) as mrr_amount

    from {{ ref('active_clients', 'int_subscription_spans') }}

    where ends_date is not null

    group by origin_date, client_id, ends_date
),

terms as (
    select * from {{ ref('active_clients', 'int_client_renewal_terms') }}
),

origins as (
    select * from {{ ref('active_clients', 'int_clv_origins') }}
),

counted as (
    select
        ends.*,
        terms.gross_margin_rate,
        terms.term_months,
        terms.days_to_renewal,
        terms.next_renewal_date,
        origins.horizon_end_date,
        case
            when ends.ends_date <= terms.next_renewal_date then 0
            else {{ terms_elapsed(
                'terms.next_renewal_date', 'ends.ends_date', 'terms.term_months'
            ) }}
        end as whole_term_count,
        cast({{ dbt.datediff(
            'ends.origin_date', 'ends.ends_date', 'day'
        ) }} as integer) as left_days

    from ends
    inner join terms
        on ends.origin_date = terms.origin_date
            and ends.client_id = terms.client_id
    inner join origins
        on ends.origin_date = origins.origin_date
),

dated as (
    select
        *,
        {{ anniversary('next_renewal_date', 'whole_term_count * term_months') }}
            as last_renewal_date

    from counted
),

measured as (
    select
        *,
        cast(gross_margin_rate as {{ type_double() }})
        * cast(mrr_amount as {{ type_double() }}) as monthly_margin,
        cast({{ dbt.datediff(
            'last_renewal_date', 'ends_date', 'day'
        ) }} as {{ type_double() }}) as broken_days,
        power(
            1 + {{ number_var('discount_rate_annual') }},
            -cast(days_to_renewal as {{ type_double() }}) / 365
        ) as renewal_discount,
        power(
            1 + {{ number_var('discount_rate_annual') }},
            -cast(term_months as {{ type_double() }}) / 12
        ) as term_discount

    from dated
),

discounted as (
    select
        *,
        case
            when whole_term_count > 0
                then 1 + {{ geometric_sum('term_discount', 'whole_term_count - 1') }}
            else 0
        end as discounted_term_count,
        12 * greatest(broken_days, 0) / 365 * power(term_discount, whole_term_count)
            as broken_months

    from measured
),

final as (
    select
        origin_date,
        client_id,
        ends_date,
        cast(mrr_amount as decimal(18, 4)) as mrr_amount,
        whole_term_count as renewal_count,
        ends_date <= horizon_end_date as is_within_12_months,
        cast(monthly_margin * 12 * least(left_days, 365) / 365 as decimal(24, 4))
            as margin_12m_amount,
        cast(
            monthly_margin * renewal_discount
            * (term_months * discounted_term_count + broken_months)
            as decimal(24, 4)
        ) as residual_amount

    from discounted
)

select * from final
