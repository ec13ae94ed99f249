-- Warns of tables whose rows come once when a tenth came after the first load and four weeks or
-- more after they happened: history in several loads, of which only the first counts as
-- known when it happened. `history_loaded_until` at the day shown makes all of it known then.

{{ config(severity='warn') }}

select
    table_name,
    late_row_count,
    row_count,
    last_late_loaded_date

from {{ ref('active_clients', 'int_table_loads') }}

where table_name in ('usage_events', 'survey_responses', 'touchpoints')
    and late_row_count > 0.1 * row_count
