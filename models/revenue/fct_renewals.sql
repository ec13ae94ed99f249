-- Grain: one row per subscription and term that brought MRR.
-- A subscription that ends on the day on which others of its client begin is renewed by them;
-- of several that end together, each by its share.

with

term_amounts as (
    select
        *,
        case when not is_open and not goes_on then term_end_date end as succession_date

    from {{ ref('int_term_amounts') }}

    where available_mrr_amount > 0
),

successions as (
    select * from {{ ref('int_subscription_successions') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

shared as (
    select
        term_amounts.*,
        as_of.as_of_date,
        case
            when term_amounts.goes_on then term_amounts.renewed_mrr_amount
            when successions.ended_mrr_amount > 0
                then cast(successions.begun_mrr_amount as {{ type_double() }})
                    * term_amounts.available_mrr_amount / successions.ended_mrr_amount
            else 0
        end as shared_mrr_amount

    from term_amounts
    left join successions
        on term_amounts.client_id = successions.client_id
            and term_amounts.succession_date = successions.succession_date
    cross join as_of
),

succeeded as (
    select
        *,
        cast(shared_mrr_amount as decimal(18, 4)) as followed_mrr_amount

    from shared
),

final as (
    select
        -- keys
        subscription_id,
        term_start_date,

        -- ids
        client_id,
        plan_id,

        -- strings
        billing_interval,
        currency_code,
        case
            when is_open then 'open'
            when followed_mrr_amount = 0 then 'lost'
            when followed_mrr_amount < available_mrr_amount then 'contracted'
            when followed_mrr_amount > available_mrr_amount then 'expanded'
            else 'renewed'
        end as renewal_outcome,

        -- numerics
        available_mrr_amount,
        cast(case when not is_open then followed_mrr_amount end as decimal(18, 4))
            as renewed_mrr_amount,
        cast(case
            when not is_open then least(followed_mrr_amount, available_mrr_amount)
        end as decimal(18, 4)) as retained_mrr_amount,
        cast(case
            when is_open then {{ dbt.datediff('as_of_date', 'term_end_date', 'day') }}
        end as integer) as left_days,

        -- booleans
        is_cut_short,
        is_open and is_cancellation_scheduled as is_cancellation_scheduled,
        is_open and term_end_date <= {{ add_days(
            'as_of_date', number_var('renewal_horizon_days')
        ) }} as is_upcoming,

        -- dates
        term_end_date

    from succeeded
)

select * from final
