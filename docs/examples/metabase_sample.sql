-- metabase_sample to the input contract: a fictional SaaS with accounts, trials, invoices,
-- product events and 1-to-5 ratings. One table per contract table, in the schema `raw`.
--
-- It is the sample database of Metabase (repository metabase/metabase-qa on GitHub, MIT), each
-- table as a CSV file with its columns renamed:
-- ACCOUNTS as `accounts` (id, the name, source, country, created_at), `users` (email) and
-- `subscriptions` (plan, seats, trial_ends_at, trial_converted, canceled_at as ended_at, and, as
-- there is no price, the account's median invoice as mrr), ANALYTIC_EVENTS as `usage_events`,
-- INVOICES as `invoices`, FEEDBACK as `survey_responses_csat`.
--
-- Run it in any DuckDB, after telling it where the CSV files are:
--   set variable folder = '/data/metabase_sample';
--
-- Tables, not views: the variable is gone when dbt reads them. Values stay text: the
-- staging models cast them, and quarantine what they cannot read with the reason.
--
-- Flags to turn off, for tables that the sample lacks: touchpoints, offers, referrals,
-- plan_features, exchange_rates, survey_invitations, tickets.

create schema if not exists raw;

create or replace temp macro csv_file(name) as table
select *
from read_csv(
    getvariable('folder') || '/' || name || '.csv',
    header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'
);

-- The sample has no load times. It is one extract, so all rows have one; the history is
-- invented and runs to 2032, and the extract must be younger than its last row: a row that
-- happened after it was loaded is quarantined.
create or replace temp macro extracted_at() as '2032-07-01 00:00:00';

-- `client_name` is empty because the accounts bear the names of people, and names of
-- people do not belong into the marts. `industry` is empty because the column of that name
-- repeats `source`, which is the channel. One account has one plan and never changes it, so
-- the plan can serve as the segment.
create or replace table raw.clients as
select
    accounts.client_id,
    null as client_name,
    lower(subscriptions.plan) as segment,
    null as industry,
    accounts.country as country_code,
    lower(accounts.source) as acquisition_channel,
    'contractual' as relationship_type,
    null as owner_id,
    null as acquisition_cost,
    null as is_internal,
    null as merged_into_client_id,
    accounts.created_at,
    extracted_at() as loaded_at
from csv_file('accounts') as accounts
left join csv_file('subscriptions') as subscriptions
    on accounts.client_id = subscriptions.client_id;

create or replace table raw.users as
select
    user_id,
    client_id,
    email,
    null as role,
    null as is_internal,
    null as merged_into_user_id,
    created_at,
    extracted_at() as loaded_at
from csv_file('users');

-- Names in the form that the seed `core_actions` uses: `Page Viewed` becomes `page_viewed`,
-- which does not count as usage by itself; `button_clicked` does. Events after the account
-- was cancelled stay: usage is what happened, whoever paid for it.
create or replace table raw.usage_events as
select
    event_id,
    client_id,
    user_id,
    replace(lower(event_name), ' ', '_') as event_name,
    feature,
    null as quantity,
    occurred_at,
    extracted_at() as loaded_at
from csv_file('usage_events');

-- There is no table of plans; their order is that of their price.
create or replace table raw.plans as
select
    lower(plan) as plan_id,
    plan as plan_name,
    row_number() over (order by median(cast(mrr as decimal(18, 2)))) as plan_rank,
    null as included_seats,
    extracted_at() as loaded_at
from csv_file('subscriptions')
group by plan;

-- One row per account and no history, hence version 1 throughout.
-- `mrr` is the price of the account as a whole: it does not depend on the seats, and in
-- 1,352 of 2,495 rows it cannot be divided by them without rounding. A flat price is one
-- unit; with quantity = seats the MRR would be off by fractions of a cent.
-- A trial that was not converted earned nothing, also in the 330 cases that were cancelled
-- only some time after its end: such a subscription is `trialing` to its end.
-- What the sample calls the cancellation is the end of the service; when it was asked for
-- is not known.
create or replace table raw.subscriptions as
select
    subscription_id,
    1 as version,
    client_id,
    lower(plan) as plan_id,
    case when trial_converted = 'true' then 'active' else 'trialing' end as status,
    1 as quantity,
    mrr as unit_price,
    'USD' as currency_code,
    'month' as billing_interval,
    1 as billing_interval_count,
    null as discount_rate,
    null as discount_duration,
    null as cancel_reason,
    null as is_voluntary_cancel,
    trial_ends_at,
    started_at,
    ended_at,
    null as canceled_at,
    extracted_at() as loaded_at
from csv_file('subscriptions');

-- The date of an invoice is the day the money came in, so every invoice is paid. The 455
-- that the sample marks as unexpected are kept: the money is in its total.
create or replace table raw.invoices as
select
    invoice_id,
    client_id,
    subscription_id,
    amount,
    'USD' as currency_code,
    'paid' as status,
    invoiced_at as issued_at,
    invoiced_at as paid_at,
    extracted_at() as loaded_at
from csv_file('invoices');

-- Ratings from 1 to 5 are CSAT. They must not be called NPS: four of five is no detractor.
create or replace table raw.survey_responses as
select
    response_id,
    null as invitation_id,
    'rating' as survey_id,
    'csat' as survey_type,
    'relational' as survey_purpose,
    client_id,
    user_id,
    null as channel,
    score,
    comment,
    responded_at,
    extracted_at() as loaded_at
from csv_file('survey_responses_csat');
