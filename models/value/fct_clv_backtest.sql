-- Grain: one row per origin, relationship type and decile of the prediction, from 1, the
-- highest, to 10; decile 0 is all of them. Predicted on the origin from what was known by
-- then, against what came of it in the twelve months after. Where these have not elapsed,
-- what came of it is null.

with

outcomes as (
    select * from {{ ref('active_clients', 'int_backtest_outcomes') }}
),

-- Who had given notice is known, not foretold.
notice_counts as (
    select
        origin_date,
        relationship_type,
        count(*) as notice_client_count

    from {{ ref('active_clients', 'int_client_predictions') }}

    where has_notice

    group by origin_date, relationship_type
),

levels as (
    select
        outcomes.decile as level_decile,
        outcomes.*

    from outcomes

    union all

    select
        0 as level_decile,
        outcomes.*

    from outcomes
),

summed as (
    select
        origin_date,
        relationship_type,
        level_decile,
        horizon_end_date,
        is_mature,
        is_reconstructed,
        count(*) as client_count,
        sum(predicted_amount) as predicted_amount,
        sum(run_rate_amount) as run_rate_amount,
        sum(base_rate_amount) as base_rate_amount,
        sum(actual_amount) as actual_amount,
        sum(case when relationship_type = 'contractual' then predicted_retained_rate end)
            as predicted_retained_count,
        sum(base_retained_rate) as base_retained_count,
        sum(actual_retained) as actual_retained_count,
        sum({{ squared('predicted_amount - actual_amount') }}) as predicted_squared_error,
        sum({{ squared('run_rate_amount - actual_amount') }}) as run_rate_squared_error,
        sum({{ squared('base_rate_amount - actual_amount') }}) as base_rate_squared_error,
        sum({{ squared('predicted_retained_rate - actual_retained', 6) }}) as brier_sum,
        sum({{ squared('base_retained_rate - actual_retained', 6) }}) as base_brier_sum

    from levels

    group by
        origin_date,
        relationship_type,
        level_decile,
        horizon_end_date,
        is_mature,
        is_reconstructed
),

compared as (
    select
        *,
        max(case when level_decile = 0 then actual_amount end) over (
            partition by origin_date, relationship_type
        ) as all_actual_amount,
        max(case when level_decile = 0 then client_count end) over (
            partition by origin_date, relationship_type
        ) as all_client_count,
        case when actual_retained_count is not null then client_count end as judged_count

    from summed
),

counted as (
    select
        compared.*,
        notice_counts.notice_client_count

    from compared
    left join notice_counts
        on compared.origin_date = notice_counts.origin_date
            and compared.relationship_type = notice_counts.relationship_type
),

final as (
    select
        -- keys
        origin_date,
        relationship_type,
        cast(level_decile as integer) as decile,

        -- numerics
        cast(client_count as bigint) as client_count,
        cast(predicted_amount as decimal(24, 4)) as predicted_margin_amount,
        cast(run_rate_amount as decimal(24, 4)) as run_rate_margin_amount,
        cast(base_rate_amount as decimal(24, 4)) as base_rate_margin_amount,
        cast(actual_amount as decimal(24, 4)) as actual_margin_amount,
        {{ rate('predicted_amount - actual_amount', 'actual_amount') }} as bias_rate,
        {{ rate('run_rate_amount - actual_amount', 'actual_amount') }} as run_rate_bias_rate,
        {{ rate('base_rate_amount - actual_amount', 'actual_amount') }} as base_rate_bias_rate,
        {{ rate(
            'cast(actual_amount as ' ~ type_double() ~ ') * all_client_count',
            'cast(all_actual_amount as ' ~ type_double() ~ ') * client_count',
        ) }} as lift,
        {{ rate('actual_amount', 'all_actual_amount') }} as actual_margin_share,
        {{ root_mean('predicted_squared_error', 'client_count') }} as prediction_rmse_amount,
        {{ root_mean('run_rate_squared_error', 'client_count') }} as run_rate_rmse_amount,
        {{ root_mean('base_rate_squared_error', 'client_count') }} as base_rate_rmse_amount,
        cast(predicted_retained_count as decimal(18, 6)) as predicted_retained_count,
        cast(actual_retained_count as bigint) as actual_retained_count,
        cast({{ amount_per('predicted_retained_count', 'client_count', 6) }} as decimal(12, 6))
            as predicted_retained_rate,
        {{ rate('actual_retained_count', 'judged_count') }} as actual_retained_rate,
        {{ wilson('actual_retained_count', 'judged_count', 'lower') }}
            as actual_retained_rate_lower,
        {{ wilson('actual_retained_count', 'judged_count', 'upper') }}
            as actual_retained_rate_upper,
        {{ rate('brier_sum', 'client_count') }} as brier_score,
        {{ rate('base_brier_sum', 'client_count') }} as base_rate_brier_score,
        cast(case
            when level_decile = 0 then coalesce(notice_client_count, 0)
        end as bigint) as notice_client_count,

        -- booleans
        is_mature,
        is_reconstructed,

        -- dates
        horizon_end_date

    from counted
)

select * from final
