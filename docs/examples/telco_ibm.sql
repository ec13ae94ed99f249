-- telco_ibm to the input contract: 7,043 telephone customers, their contract, their monthly
-- charge and whether they left. One table per contract table, in the schema `raw`.
--
-- The file is IBM's, as published: `WA_Fn-UseC_-Telco-Customer-Churn.csv`, 7,043 rows and 21
-- columns from `customerID` to `Churn`. It is on Kaggle as blastchar/telco-customer-churn, and,
-- with the same columns, in the repository IBM/telco-customer-churn-on-icp4d on GitHub as
-- `data/Telco-Customer-Churn.csv`: rename it then.
--
-- Run it in any DuckDB, after telling it where the file is, and write the tables to files:
--   set variable folder = '/data/telco_ibm';
--
-- Tables, not views: the variable is gone when dbt reads them. Values stay text: the staging
-- models cast them, and quarantine what they cannot read with the reason.
--
-- Flags to turn off, for tables that the sample lacks: touchpoints, offers, referrals, users,
-- plan_features, invoices, exchange_rates, survey_invitations, tickets.

create schema if not exists raw;

create or replace temp macro published() as table
select *
from read_csv(
    getvariable('folder') || '/WA_Fn-UseC_-Telco-Customer-Churn.csv',
    header = true, all_varchar = true, delim = ',', quote = '"', escape = '"'
);

-- The file has no dates, only the tenure in months: starts are counted back from 30 September
-- 2018, the day on which whoever left did so. The extract is of the day after, so that this day
-- is complete and is the as_of_date.
create or replace temp macro counted_to() as date '2018-09-30';

create or replace temp macro started(tenure) as
cast(counted_to() - to_months(cast(tenure as integer)) as date);

create or replace temp macro extracted_at() as '2018-10-01 00:00:00';

-- There are no names; `gender`, `SeniorCitizen`, `Partner` and `Dependents` say who a person is and
-- are left out. The segment is the contract, by which churn differs most.
create or replace table raw.clients as
select
    "customerID" as client_id,
    null as client_name,
    "Contract" as segment,
    null as industry,
    null as country_code,
    null as acquisition_channel,
    'contractual' as relationship_type,
    null as owner_id,
    null as acquisition_cost,
    null as is_internal,
    null as merged_into_client_id,
    started("tenure") as created_at,
    extracted_at() as loaded_at
from published();

-- The three contracts. No rank: none is an upgrade of another.
create or replace table raw.plans as
select distinct
    "Contract" as plan_id,
    "Contract" as plan_name,
    null as plan_rank,
    null as included_seats,
    extracted_at() as loaded_at
from published();

-- The charge is monthly whatever the length of the contract, so the billing interval is a
-- month throughout. `ended_at` is exclusive: who left on the 30th earns nothing on the 30th.
-- The 11 customers with tenure 0 start on that day; they have no total charge because they
-- were never billed, and they are new clients all the same.
create or replace table raw.subscriptions as
select
    's' || "customerID" as subscription_id,
    1 as version,
    "customerID" as client_id,
    "Contract" as plan_id,
    'active' as status,
    1 as quantity,
    "MonthlyCharges" as unit_price,
    'USD' as currency_code,
    'month' as billing_interval,
    1 as billing_interval_count,
    null as discount_rate,
    null as discount_duration,
    null as cancel_reason,
    null as is_voluntary_cancel,
    null as trial_ends_at,
    started("tenure") as started_at,
    case when "Churn" = 'Yes' then counted_to() end as ended_at,
    null as canceled_at,
    extracted_at() as loaded_at
from published();

-- `TotalCharges` is a sum over the whole tenure without a date, so it makes no invoices;
-- lifetime value then comes from accrued MRR.

-- Usage events and survey responses have no flag: a source without them delivers an empty
-- table of the right shape.
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

create or replace table raw.survey_responses (
    response_id varchar,
    invitation_id varchar,
    survey_id varchar,
    survey_type varchar,
    survey_purpose varchar,
    client_id varchar,
    user_id varchar,
    channel varchar,
    score varchar,
    comment varchar,
    responded_at varchar,
    loaded_at varchar
);
