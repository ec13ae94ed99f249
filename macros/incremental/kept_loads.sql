{#
    A CTE's worth of SQL: the loads that were counted, of which no row is delivered any more, and
    whose counts stay, as the variable dropped_loads says; none where it does not.

    counted    the relation with what was counted
    load_days  the relation with what is delivered
#}
{% macro kept_loads(counted, load_days) -%}
    {%- set policy = checked_var('dropped_loads') -%}
    select distinct counted.loaded_utc_date
    from {{ counted }} as counted
    left join {{ load_days }} as load_days
        on counted.loaded_utc_date = load_days.loaded_utc_date
    where load_days.loaded_utc_date is null
        and counted.loaded_utc_date <> {{ unknown_date() }}
        and {{ '1 = 1' if policy == 'keep' else '1 = 0' }}
{%- endmacro %}
