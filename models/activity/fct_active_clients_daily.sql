-- Grain: one row per definition, window, attribute, value and day from the first activity to
-- as_of_date. Windows of 1, 7 and 28 days give daily, weekly and monthly active clients;
-- the attribute `all` counts every client, `segment` and `entitled_plan` those of one value on the day.

{{ active_counts_daily('client', 'active_client_count') }}
