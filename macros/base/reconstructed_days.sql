{#
    A CTE's worth of SQL: the days of a relation, each once, as of which history is told: at
    least one of the raw tables has something to say of them, and it was loaded only later.

    days    the relation
    day     its column
    loads   the relation with the loads of raw tables, int_table_loads
    tables  the raw tables that what is told rests on
#}
{% macro reconstructed_days(days, day, loads, tables) -%}
    select distinct days.{{ day }}
    from {{ days }} as days
    inner join {{ loads }} as loads
        on days.{{ day }} >= loads.known_from
            and days.{{ day }} < loads.history_until_date
    where loads.table_name in ('{{ tables | join("', '") }}')
{%- endmacro %}
