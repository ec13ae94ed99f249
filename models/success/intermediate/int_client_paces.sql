-- Grain: one row per client and kind of milestone that it comes nearer to day by day: uses of
-- the last 28 days a day, and MRR a day.

with

uses as (
    select * from {{ ref('int_client_uses_daily') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
    where valid_to is null
        and mrr_amount > 0
),

as_of as (
    select * from {{ ref('as_of') }}
),

final as (
    select
        uses.client_id,
        'uses' as milestone_kind,
        cast(cast(sum(uses.event_count) as {{ type_double() }}) / 28 as decimal(18, 4))
            as daily_pace

    from uses
    cross join as_of

    where {{ add_days('uses.activity_date', 28) }} > as_of.as_of_date

    group by uses.client_id

    union all

    select
        client_id,
        'spend' as milestone_kind,
        cast(cast(mrr_amount as {{ type_double() }}) * 12 / 365 as decimal(18, 4))
            as daily_pace

    from client_mrr
)

select * from final
