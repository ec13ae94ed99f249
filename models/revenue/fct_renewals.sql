-- Grain: one row per subscription and term that brought MRR, monthly bills among them: those of
-- contract_term_months_min months and more are contract terms, which come up for renewal.
-- A subscription that ends on the day on which others of its client begin is renewed by them;
-- of several that end together, each by its share.

with

term_amounts as (
    select * from {{ ref('active_clients', 'int_term_amounts') }}
    where available_mrr_amount > 0
),

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where has_contract_mrr
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

term_ends as (
    select * from {{ ref('active_clients', 'int_term_ends') }}
),

client_versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

terms as (
    select
        *,
        case when not is_open and not goes_on then term_end_date end as succession_date

    from term_amounts
),

ended as (
    select
        client_id,
        succession_date,
        sum(available_mrr_amount) as ended_mrr_amount

    from terms

    where succession_date is not null

    group by client_id, succession_date
),

runs as (
    select * from {{ ref('active_clients', 'int_subscription_runs') }}
    where begins_anew
),

begun as (
    select
        runs.client_id,
        runs.run_start_date as succession_date,
        sum(cast(versions.mrr_amount * rates.rate as decimal(18, 4))) as begun_mrr_amount

    from runs
    inner join versions
        on runs.subscription_id = versions.subscription_id
            and {{ is_within('runs.run_start_date', 'versions') }}
    inner join rates
        on {{ is_rate_on('rates', 'versions', 'runs.run_start_date') }}

    group by runs.client_id, runs.run_start_date
),

succeeded as (
    select
        terms.*,
        as_of.as_of_date,
        cast(case
            when terms.goes_on then terms.renewed_mrr_amount
            when begun.client_id is not null
                then cast(begun.begun_mrr_amount as {{ type_double() }})
                    * terms.available_mrr_amount / ended.ended_mrr_amount
            else 0
        end as decimal(18, 4)) as followed_mrr_amount

    from terms
    cross join as_of
    left join ended
        on terms.client_id = ended.client_id
            and terms.succession_date = ended.succession_date
    left join begun
        on ended.client_id = begun.client_id
            and ended.succession_date = begun.succession_date
),

described as (
    select
        succeeded.*,
        term_ends.late_renewal_date,
        case
            when succeeded.is_open then 'open'
            when succeeded.followed_mrr_amount > 0 then 'renewed'
            else coalesce(term_ends.end_reason, 'lost')
        end as term_outcome,
        client_versions.segment,
        client_versions.industry,
        client_versions.country,
        client_versions.acquisition_channel,
        client_versions.owner_id,
        client_versions.entitled_plan,
        client_versions.paid_plan,
        client_versions.mrr_band

    from succeeded
    left join client_versions
        on succeeded.client_id = client_versions.client_id
            and {{ is_within(add_days('succeeded.term_end_date', -1), 'client_versions') }}
    left join term_ends
        on succeeded.subscription_id = term_ends.subscription_id
            and succeeded.term_start_date = term_ends.term_start_date
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
        segment,
        industry,
        country,
        acquisition_channel,
        owner_id,
        entitled_plan,
        paid_plan,
        mrr_band,
        case
            when is_open then 'open'
            when followed_mrr_amount = 0 then 'lost'
            when followed_mrr_amount < available_mrr_amount then 'contracted'
            when followed_mrr_amount > available_mrr_amount then 'expanded'
            else 'renewed'
        end as renewal_outcome,
        term_outcome,

        -- numerics
        term_months,
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
        term_months >= {{ number_var('contract_term_months_min') }} as is_contract_term,
        is_cut_short,
        term_months >= {{ number_var('contract_term_months_min') }}
        and not is_cut_short
        and term_outcome in ('renewed', 'late', 'lost') as is_available,
        is_open and is_cancellation_scheduled as is_cancellation_scheduled,
        is_open
        and term_months >= {{ number_var('contract_term_months_min') }}
        and not is_cancellation_scheduled and term_end_date <= {{ add_days(
            'as_of_date', number_var('renewal_horizon_days')
        ) }} as is_upcoming,

        -- dates
        term_end_date,
        case when term_outcome = 'late' then late_renewal_date end as late_renewal_date

    from described
)

select * from final
