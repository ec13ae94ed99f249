-- Grain: one row per outcome: the share of referred clients that still paid some months after
-- their first paid day, and their mean lifetime value, against clients that came otherwise.
-- No difference is shown with fewer than lift_min_sample clients in either group.

{{ config(enabled=var('referrals_enabled')) }}

with

outcomes as (
    select * from {{ ref('int_referral_outcomes') }}
),

counted as (
    select
        outcome,
        outcome <> 'lifetime_value' as is_share,
        {%- for group, condition in [('referred', ''), ('other', 'not ')] %}
        sum(case when {{ condition }}is_referred then 1 else 0 end) as {{ group }}_count,
        sum(case when {{ condition }}is_referred then outcome_value end) as {{ group }}_sum,
        {{ sum_of_products(
            'case when ' ~ condition ~ 'is_referred then outcome_value end', 'outcome_value'
        ) }} as {{ group }}_square_sum{{ ',' if not loop.last }}
        {%- endfor %}

    from outcomes

    group by outcome
),

-- Shares have Wilson intervals, means those of the normal distribution.
rated as (
    select
        *,
        {%- for group in ['referred', 'other'] %}
        cast(
            cast({{ group }}_sum as {{ type_double() }}) / nullif({{ group }}_count, 0)
            as decimal(18, 6)
        ) as {{ group }}_rate,
        1.959963984540054 * sqrt(greatest(0, (
            {{ group }}_square_sum
            - cast({{ group }}_sum as {{ type_double() }}) * {{ group }}_sum
            / nullif({{ group }}_count, 0)
        ) / nullif({{ group }}_count - 1, 0)) / {{ group }}_count) as {{ group }}_margin,
        {%- for side in ['lower', 'upper'] %}
        {{ wilson('case when is_share then ' ~ group ~ '_sum end', group ~ '_count', side) }}
            as {{ group }}_{{ side }},
        {%- endfor %}
        {%- endfor %}
        least(referred_count, other_count) >= {{ number_var('lift_min_sample', 2) }}
            as is_sufficient

    from counted
),

bounded as (
    select
        *,
        cast(referred_rate - other_rate as decimal(18, 6)) as difference,
        {%- for side, sign in [('lower', '-'), ('upper', '+')] %}
        case
            when is_share then {{ newcombe('referred', 'other', side) }}
            else referred_rate - other_rate {{ sign }} sqrt(
                    referred_margin * referred_margin + other_margin * other_margin
                )
        end as difference_{{ side }}{{ ',' if not loop.last }}
        {%- endfor %}

    from rated
),

final as (
    select
        -- keys
        outcome,

        -- strings
        case when is_share then 'share' else 'amount' end as unit,

        -- numerics
        {%- for group in ['referred', 'other'] %}
        cast({{ group }}_count as bigint) as {{ group }}_client_count,
        {{ group }}_rate as {{ group }}_value,
        {%- for side, sign in [('lower', '-'), ('upper', '+')] %}
        cast(case
            when is_share then {{ group }}_{{ side }}
            else {{ group }}_rate {{ sign }} {{ group }}_margin
        end as decimal(18, 6)) as {{ group }}_value_{{ side }},
        {%- endfor %}
        {%- endfor %}
        {%- for column in ['difference', 'difference_lower', 'difference_upper'] %}
        cast(case when is_sufficient then {{ column }} end as decimal(18, 6)) as {{ column }},
        {%- endfor %}

        -- booleans
        is_sufficient,
        is_sufficient and (difference_lower > 0 or difference_upper < 0) as is_significant

    from bounded
)

select * from final
