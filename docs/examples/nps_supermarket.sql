-- nps_supermarket to the input contract: 13,954 answers of shoppers to "would you recommend
-- us?", with comments in French. One table per contract table, in the schema `raw`.
--
-- It is a public file under CC0 with one row per answer, as `survey_responses.csv`: response_id,
-- client_id and user_id (all three its row number), score, comment, wave and other columns.
--
-- Run it in any DuckDB, after telling it where the CSV file is:
--   set variable folder = '/data/nps_supermarket';
--
-- Tables, not views: the variable is gone when dbt reads them. Values stay text: the
-- staging models cast them, and quarantine what they cannot read with the reason.
--
-- Flags to turn off, for tables that the sample lacks: all of them (touchpoints, offers,
-- referrals, users, plan_features, plans, invoices, exchange_rates, survey_invitations,
-- tickets).

create schema if not exists raw;

create or replace temp macro csv_file(name) as table
select *
from read_csv(
    getvariable('folder') || '/' || name || '.csv',
    header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'
);

-- No answer has a date; each has the number of a wave, from 0 to 17. All answers of a wave
-- get one day, the first of a month of their own, beginning with January 2019: invented,
-- but waves stay apart and in order. The 18 answers without a wave get the month before.
-- Totals do not depend on these days; a trend by month is one by wave and nothing more.
create or replace temp macro wave_day(wave) as
cast(
    date '2019-01-01'
    + to_months(coalesce(cast(cast(wave as double) as integer), -1))
    as date
);

-- The day after the last wave: the last wave is then the last complete day, the as_of_date.
create or replace temp macro extracted_at() as '2020-06-02 00:00:00';

-- Every shopper is a client of its own and buys when they like.
create or replace table raw.clients as
select
    client_id,
    null as client_name,
    null as segment,
    null as industry,
    null as country_code,
    null as acquisition_channel,
    'non_contractual' as relationship_type,
    null as owner_id,
    null as acquisition_cost,
    null as is_internal,
    null as merged_into_client_id,
    min(wave_day(wave)) as created_at,
    extracted_at() as loaded_at
from csv_file('survey_responses')
group by client_id;

-- A blank score stays blank. It is then quarantined and listed with its reason; a 0 in its
-- place would make a detractor of somebody who said nothing.
create or replace table raw.survey_responses as
select
    response_id,
    null as invitation_id,
    'supermarket' as survey_id,
    'nps' as survey_type,
    'relational' as survey_purpose,
    client_id,
    user_id,
    null as channel,
    score,
    comment,
    wave_day(wave) as responded_at,
    extracted_at() as loaded_at
from csv_file('survey_responses');

-- Usage events and subscriptions have no flag: a source without them delivers an empty table
-- of the right shape.
create or replace table raw.usage_events (
    event_id varchar,
    client_id varchar,
    user_id varchar,
    event_name varchar,
    feature varchar,
    quantity varchar,
    occurred_at varchar,
    loaded_at varchar
);

create or replace table raw.subscriptions (
    subscription_id varchar,
    version varchar,
    client_id varchar,
    plan_id varchar,
    status varchar,
    quantity varchar,
    unit_price varchar,
    currency_code varchar,
    billing_interval varchar,
    billing_interval_count varchar,
    discount_rate varchar,
    discount_duration varchar,
    cancel_reason varchar,
    is_voluntary_cancel varchar,
    trial_ends_at varchar,
    started_at varchar,
    ended_at varchar,
    canceled_at varchar,
    loaded_at varchar
);
