-- Grain: one row per outcome: the share of referred clients that still paid some months after
-- their first paid day, and their mean lifetime value, against clients that came otherwise.
-- No difference is shown with fewer than lift_min_sample clients in either group.

{{ config(enabled=var('referrals_enabled')) }}

with

outcomes as (
    select * from {{ ref('active_clients', 'int_referral_outcomes') }}
),

counted as (
    select
        outcome,
        is_referred,
        outcome <> 'lifetime_value' as is_share,
        count(*) as client_count,
        sum(outcome_value) as value_sum,
        {{ sum_of_products('outcome_value', widened('outcome_value')) }} as square_sum

    from outcomes

    group by outcome, is_referred
),

averaged as (
    select
        *,
        case when is_share then value_sum end as share_sum,
        {{ float_as_decimal(
            'cast(value_sum as ' ~ type_double() ~ ') / client_count', 24, 6
        ) }} as mean_value,
        1.959963984540054 * sqrt(greatest(0, (
            square_sum - cast(value_sum as {{ type_double() }}) * value_sum / client_count
        ) / nullif(client_count - 1, 0)) / client_count) as margin

    from counted
),

-- Shares have Wilson intervals, means those of the normal distribution.
bounded as (
    select
        case
            when is_share then {{ wilson('share_sum', 'client_count', 'lower') }}
            else {{ float_as_decimal('mean_value - margin', 24, 6) }}
        end as value_lower,
        case
            when is_share then {{ wilson('share_sum', 'client_count', 'upper') }}
            else {{ float_as_decimal('mean_value + margin', 24, 6) }}
        end as value_upper,
        *

    from averaged
),

sided as (
    select
        outcome,
        is_share,
        sum(case when is_referred then client_count else 0 end)
            as referred_client_count,
        max(case when is_referred then mean_value end)
            as referred_mean_value,
        max(case when is_referred then value_lower end)
            as referred_value_lower,
        max(case when is_referred then value_upper end)
            as referred_value_upper,
        sum(case when not is_referred then client_count else 0 end)
            as other_client_count,
        max(case when not is_referred then mean_value end)
            as other_mean_value,
        max(case when not is_referred then value_lower end)
            as other_value_lower,
        max(case when not is_referred then value_upper end)
            as other_value_upper,
        count(*) = 2 and min(client_count) >= {{ number_var('lift_min_sample') }}
            as is_sufficient

    from bounded

    group by outcome, is_share
),

-- From the intervals of both sides, as Newcombe has it; of means that is the normal one.
compared as (
    select
        *,
        referred_mean_value - other_mean_value as difference,
        sqrt(
            power(cast(referred_mean_value - referred_value_lower as {{ type_double() }}), 2)
            + power(cast(other_value_upper - other_mean_value as {{ type_double() }}), 2)
        ) as lower_margin,
        sqrt(
            power(cast(referred_value_upper - referred_mean_value as {{ type_double() }}), 2)
            + power(cast(other_mean_value - other_value_lower as {{ type_double() }}), 2)
        ) as upper_margin

    from sided
),

final as (
    select
        -- keys
        outcome,

        -- strings
        case when is_share then 'share' else 'amount' end as unit,

        -- numerics
        cast(referred_client_count as bigint) as referred_client_count,
        referred_mean_value as referred_value,
        cast(referred_value_lower as decimal(24, 6)) as referred_value_lower,
        cast(referred_value_upper as decimal(24, 6)) as referred_value_upper,
        cast(other_client_count as bigint) as other_client_count,
        other_mean_value as other_value,
        cast(other_value_lower as decimal(24, 6)) as other_value_lower,
        cast(other_value_upper as decimal(24, 6)) as other_value_upper,
        cast(case when is_sufficient then difference end as decimal(24, 6)) as difference,
        case when is_sufficient then {{ float_as_decimal('difference - lower_margin', 24, 6) }}
        end as difference_lower,
        case when is_sufficient then {{ float_as_decimal('difference + upper_margin', 24, 6) }}
        end as difference_upper,

        -- booleans
        is_sufficient,
        is_sufficient and (difference > lower_margin or difference < -upper_margin)
            as is_significant

    from compared
)

select * from final
