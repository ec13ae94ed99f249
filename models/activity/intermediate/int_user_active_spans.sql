-- Grain: one row per definition, user, window and span of days [active_from, active_to) on
-- which the user was active within the window.

with

active_days as (
    select
        definition_id,
        user_id,
        activity_date

    from {{ ref('active_clients', 'fct_user_activity_daily') }}

    group by definition_id, user_id, activity_date
),

windows as (
    select * from {{ ref('active_clients', 'int_activity_windows') }}
),

{{ coverage_spans('active_days', 'windows', ['definition_id', 'user_id']) }}

select * from spans
