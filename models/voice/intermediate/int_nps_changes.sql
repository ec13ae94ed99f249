-- Grain: one row per unit of count, survey purpose, attribute, its value and month that can
-- be compared: both months have enough responses in all.
-- The interval is that of the difference of two adjusted scores. A value's rate part is what
-- its own score moved, its mix part what its share of the responses moved: over the values
-- of an attribute they add up to the change of all together.

with

counts as (
    select
        *,
        {{ is_suppressed('response_count') }} as is_suppressed,
        {{ nps('promoter_count', 'detractor_count', 'response_count') }} as nps,
        {{ nps_adjusted('promoter_count', 'detractor_count', 'response_count') }}
            as adjusted_nps,
        {{ nps_variance('promoter_count', 'detractor_count', 'response_count') }}
            as squared_error,
        100 * cast(promoter_count - detractor_count as {{ type_double() }})
        / nullif(response_count, 0) as score,
        cast(response_count as {{ type_double() }}) / nullif(sum(response_count) over (
            partition by unit_of_count, survey_purpose, attribute, period_month
        ), 0) as response_share

    from {{ ref('active_clients', 'int_nps_counts') }}
),

totals as (
    select * from counts
    where attribute = 'all'
),

-- A value without responses in one month counts with its score of the other: all mix.
compared as (
    select
        counts.*,
        earlier.response_count as compared_response_count,
        earlier.nps as compared_nps,
        counts.is_suppressed or coalesce(earlier.is_suppressed, true) as is_hidden,
        counts.adjusted_nps - earlier.adjusted_nps as adjusted_change,
        sqrt(counts.squared_error + earlier.squared_error) as standard_error,
        coalesce(counts.score, earlier.score) as score_now,
        coalesce(earlier.score, counts.score) as score_before,
        coalesce(earlier.response_share, 0) as share_before,
        (totals.score + totals_before.score) / 2 as mean_total

    from counts
    inner join totals
        on counts.unit_of_count = totals.unit_of_count
            and counts.survey_purpose = totals.survey_purpose
            and counts.period_month = totals.period_month
    inner join totals as totals_before
        on counts.unit_of_count = totals_before.unit_of_count
            and counts.survey_purpose = totals_before.survey_purpose
            and counts.compared_month = totals_before.period_month
    left join counts as earlier
        on counts.unit_of_count = earlier.unit_of_count
            and counts.survey_purpose = earlier.survey_purpose
            and counts.attribute = earlier.attribute
            and counts.attribute_value = earlier.attribute_value
            and counts.compared_month = earlier.period_month

    where not totals.is_suppressed
        and not totals_before.is_suppressed
),

bounded as (
    select
        *,
        greatest(-200.0, adjusted_change - 1.959963984540054 * standard_error)
            as nps_change_lower,
        least(200.0, adjusted_change + 1.959963984540054 * standard_error)
            as nps_change_upper

    from compared
),

final as (
    select
        unit_of_count,
        survey_purpose,
        attribute,
        attribute_value,
        coalesce(compared_response_count, 0) as compared_response_count,
        case when not is_hidden then compared_nps end as compared_nps,
        case when not is_hidden then nps - compared_nps end as nps_change,
        case when not is_hidden then cast(nps_change_lower as decimal(9, 4)) end
            as nps_change_lower,
        case when not is_hidden then cast(nps_change_upper as decimal(9, 4)) end
            as nps_change_upper,
        {{ float_as_decimal(
            '(score_now - score_before) * (response_share + share_before) / 2', 9, 4
        ) }} as rate_effect,
        {{ float_as_decimal(
            '(response_share - share_before) * ((score_now + score_before) / 2 - mean_total)',
            9, 4
        ) }} as mix_effect,
        period_month

    from bounded
)

select * from final
