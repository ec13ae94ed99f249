-- Grain: one row per counted client and milestone of amount (first value, uses, seats, spend)
-- that it has reached by as_of_date, or will within 30 days at its present pace: uses of the
-- last 28 days, MRR for spend.

with

rules as (
    select
        *,
        case when milestone_kind = 'first_value' then 'uses' else milestone_kind end as measure

    from {{ ref('active_clients', 'milestone_rules') }}
),

activity as (
    select * from {{ ref('active_clients', 'fct_client_activity_daily') }}
    where definition_id = {{ default_definition() }}
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

spend as (
    select * from {{ ref('active_clients', 'int_client_spend_daily') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

-- Uses are qualifying events of the default definition.
uses as (
    select
        client_id,
        activity_date,
        sum(event_count) over (
            partition by client_id
            order by activity_date
            rows between unbounded preceding and current row
        ) as total_event_count

    from activity
),

levels as (
    select
        client_id,
        'uses' as measure,
        activity_date as level_date,
        cast(total_event_count as decimal(18, 4)) as amount

    from uses

    union all

    select
        client_id,
        'seats' as measure,
        valid_from as level_date,
        cast(seat_count as decimal(18, 4)) as amount

    from client_mrr

    union all

    select
        client_id,
        'spend' as measure,
        paid_date as level_date,
        cast(total_spend_amount as decimal(24, 4)) as amount

    from spend
),

highest as (
    select
        client_id,
        measure,
        max(amount) as amount

    from levels

    group by client_id, measure
),

-- How fast a client comes nearer: uses, or amount, a day.
paces as (
    select
        activity.client_id,
        'uses' as milestone_kind,
        cast(cast(sum(activity.event_count) as {{ type_double() }}) / 28 as decimal(18, 4))
            as daily_pace

    from activity
    cross join as_of

    where {{ add_days('activity.activity_date', 28) }} > as_of.as_of_date

    group by activity.client_id

    union all

    select
        client_id,
        'spend' as milestone_kind,
        cast(cast(mrr_amount as {{ type_double() }}) * 12 / 365 as decimal(18, 4))
            as daily_pace

    from client_mrr

    where valid_to is null
        and mrr_amount > 0
),

reached as (
    select
        levels.client_id,
        rules.milestone_kind,
        rules.threshold,
        min(levels.level_date) as milestone_date,
        false as is_estimated

    from levels
    inner join rules
        on levels.measure = rules.measure
            and levels.amount >= rules.threshold

    group by levels.client_id, rules.milestone_kind, rules.threshold
),

coming as (
    select
        highest.client_id,
        rules.milestone_kind,
        rules.threshold,
        {{ add_days(
            'as_of.as_of_date',
            'cast(ceiling((rules.threshold - highest.amount) / paces.daily_pace) as integer)'
        ) }} as milestone_date,
        true as is_estimated

    from highest
    inner join rules
        on highest.measure = rules.measure
            and highest.amount < rules.threshold
    inner join paces
        on highest.client_id = paces.client_id
            and rules.milestone_kind = paces.milestone_kind
    cross join as_of

    where paces.daily_pace > 0
        and rules.threshold - highest.amount <= 30 * {{ widened('paces.daily_pace') }}
),

final as (
    select * from reached
    union all
    select * from coming
)

select * from final
