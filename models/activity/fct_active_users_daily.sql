-- Grain: one row per definition, window, attribute, value and day from the first activity to
-- as_of_date. Windows of 1, 7 and 28 days give daily, weekly and monthly active users;
-- the attribute `all` counts every user, `segment` and `entitled_plan` those of one value on the day.

{{ active_counts_daily('user', 'active_user_count') }}
