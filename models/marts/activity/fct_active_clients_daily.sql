-- Grain: one row per definition, window and day from the first activity to as_of_date.
-- Windows of 1, 7 and 28 days give daily, weekly and monthly active clients.

{{ active_counts_daily(ref('int_client_active_spans'), 'active_client_count') }}
