-- Grain: one row per detractor's response and per unhappy CSAT response.
-- Open is what nobody replied to and after which the respondent has not answered again. A
-- window counts in a rate once it has elapsed by the end of as_of_date.

with

loops as (
    select
        *,
        {{ dbt.dateadd('hour', number_var('feedback_sla_hours'), 'responded_at') }}
            as reply_due_at

    from {{ ref('active_clients', 'int_feedback_loops') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

judged as (
    select
        loops.*,
        {{ reporting_date('loops.reply_due_at') }} <= as_of.as_of_date as is_sla_elapsed,
        {{ add_days('loops.responded_date', number_var('feedback_loop_days')) }}
        <= as_of.as_of_date as is_loop_elapsed,
        {{ dbt.datediff('loops.responded_date', 'as_of.as_of_date', 'day') }}
            as age_days,
        row_number() over (
            partition by loops.client_id, loops.is_open
            order by loops.responded_at desc, loops.response_id desc
        ) as open_order

    from loops
    cross join as_of
),

final as (
    select
        -- ids
        response_id,
        client_id,
        user_id,
        touchpoint_id,
        ticket_id,
        about_ticket_id,
        next_response_id,

        -- strings
        survey_type,
        survey_purpose,
        segment,
        paid_plan_id,
        user_role,
        main_theme,
        reply_channel,
        reply_topic,

        -- numerics
        score,
        next_score,
        cast(theme_count as bigint) as theme_count,
        {{ rate('reply_seconds', '3600') }} as reply_hours,
        cast(case when is_open then age_days end as bigint) as open_days,
        cast(response_mrr_amount as decimal(18, 4)) as response_mrr_amount,
        case
            when is_open and open_order = 1 then cast(current_mrr_amount as decimal(18, 4))
            else 0
        end as mrr_at_stake_amount,

        -- booleans
        touchpoint_id is not null as is_acknowledged,
        coalesce(reply_seconds <= 3600 * {{ number_var('feedback_sla_hours') }}, false)
            as is_in_sla,
        is_sla_elapsed,
        is_loop_elapsed,
        next_response_id is not null as has_next_response,
        coalesce(next_score > score, false) as is_recovered,
        is_open,

        -- dates
        responded_date,

        -- timestamps
        responded_at,
        replied_at,
        next_responded_at

    from judged
)

select * from final
