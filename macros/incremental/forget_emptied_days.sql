{#
    What an incremental model does when it is done: days that have no row any more are not
    replaced by any, so they are taken out.

    load_days  the relation with the days that have rows, by activity_date
    where      which of its rows count
#}
{% macro forget_emptied_days(load_days, where='1 = 1') -%}
    {%- if execute and flags.WHICH in ('build', 'run') and load_relation(this) -%}
        {{- return(adapter.dispatch('forget_emptied_days', 'active_clients')(load_days, where)) -}}
    {%- endif -%}
{%- endmacro %}

{% macro default__forget_emptied_days(load_days, where) -%}
    delete from {{ this }}
    where activity_date not in (select activity_date from {{ load_days }} where {{ where }})
    {%- if checked_var('dropped_loads') == 'keep' %}
        and loaded_utc_date in (select loaded_utc_date from {{ load_days }})
    {%- endif %}
{%- endmacro %}

{# Parquet has no delete: months without a row go as partitions. #}
{% macro spark__forget_emptied_days(load_days, where) -%}
    {%- set emptied = run_query(
        'select distinct activity_month from ' ~ this ~ ' where activity_month not in (select '
        ~ month_start('activity_date') ~ ' from ' ~ load_days ~ ' where ' ~ where ~ ')'
    ) -%}
    {%- for row in emptied.rows -%}
        {%- do run_query(
            'alter table ' ~ this ~ " drop if exists partition (activity_month = '" ~ row[0] ~ "')"
        ) -%}
    {%- endfor -%}
{%- endmacro %}
