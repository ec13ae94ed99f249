-- Grain: one row per subscription and term that is over and that nothing of the subscription
-- followed on the day: why, and when the client pays again within renewal_grace_days.

with

terms as (
    select * from {{ ref('active_clients', 'int_term_amounts') }}
    where not is_open and not goes_on
),

pauses as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where subscription_status = 'paused'
),

runs as (
    select * from {{ ref('active_clients', 'int_subscription_runs') }}
    where begins_anew
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

found as (
    select
        terms.subscription_id,
        terms.term_start_date,
        terms.is_cut_short,
        {{ add_days('terms.term_end_date', number_var('renewal_grace_days')) }}
            as grace_end_date,
        max(case when pauses.subscription_id is not null then 1 else 0 end) as paused_count,
        min(runs.run_start_date) as late_renewal_date

    from terms
    left join pauses
        on terms.subscription_id = pauses.subscription_id
            and {{ is_within('terms.term_end_date', 'pauses') }}
    left join runs
        on terms.client_id = runs.client_id
            and terms.term_end_date < runs.run_start_date
            and {{ add_days(
                'terms.term_end_date', number_var('renewal_grace_days')
            ) }} >= runs.run_start_date

    group by
        terms.subscription_id, terms.term_start_date, terms.is_cut_short, terms.term_end_date
),

final as (
    select
        found.subscription_id,
        found.term_start_date,
        case
            when found.paused_count = 1 then 'paused'
            when found.late_renewal_date is not null then 'late'
            when found.grace_end_date > as_of.as_of_date then 'in_grace'
            when found.is_cut_short then 'terminated_early'
            else 'lost'
        end as end_reason,
        found.late_renewal_date

    from found
    cross join as_of
)

select * from final
