-- Grain: one row, the project's only "today".
-- The variable as_of_date, or the last day that is complete in the reporting time zone: the day
-- before the one on which a raw table, whichever it is, was loaded last.

-- depends_on: {{ ref('active_clients', 'int_table_loads') }}

with

{% if var('as_of_date') %}
final as (
    select {{ date_var('as_of_date') }} as as_of_date
)
{% else %}
final as (
    select
        coalesce(
            {{ add_days('max(last_loaded_date)', -1) }},
            {{ date_var('calendar_start_date') }}
        ) as as_of_date

    from {{ ref('active_clients', 'int_table_loads') }}
)
{% endif %}

select * from final
