{#
    Says before a model of usage is brought up to date what is counted again, and why; stops when
    loads that were counted are no longer delivered and nobody said what is to become of them.
    The demo is nobody's history: own data may follow it, and it them, in one file.

    load_days  the relation with what is delivered per load and activity day
#}
{% macro say_what_is_recounted(load_days) -%}
    {%- if execute and flags.WHICH in ('build', 'run') and can_continue() -%}
        {%- set dropped = run_query(
            'select sum(counted.row_count), min(counted.loaded_utc_date),'
            ~ ' max(counted.loaded_utc_date) from ' ~ this ~ ' as counted'
            ~ ' left join (select distinct loaded_utc_date from ' ~ load_days ~ ') as load_days'
            ~ ' on counted.loaded_utc_date = load_days.loaded_utc_date'
            ~ ' where load_days.loaded_utc_date is null'
            ~ ' and counted.loaded_utc_date <> ' ~ unknown_date()
            ~ " and counted.fingerprint not like 'demo:%'"
        ).rows[0] -%}
        {%- if dropped[0] and not is_demo_usage() and checked_var('dropped_loads') == 'stop' -%}
            {{- exceptions.raise_compiler_error(
                dropped[0] ~ ' usage events that were counted, of the loads from '
                ~ dropped[1] ~ ' to ' ~ dropped[2] ~ ', are no longer in'
                ~ ' product.usage_events. If they were dropped on purpose and are to count'
                ~ ' on, set dropped_loads: keep; if they are not to count any more, set'
                ~ ' dropped_loads: recount. Nothing was changed.'
            ) -}}
        {%- endif -%}
        {%- set changed = run_query(
            'with counted as (select loaded_utc_date, activity_date, sum(row_count) as row_count,'
            ~ ' sum(content_checksum) as content_checksum from ' ~ this
            ~ ' group by loaded_utc_date, activity_date)'
            ~ ' select count(distinct counted.activity_date) from counted left join ' ~ load_days
            ~ ' as delivered on counted.loaded_utc_date = delivered.loaded_utc_date'
            ~ ' and counted.activity_date = delivered.activity_date'
            ~ ' where counted.loaded_utc_date in (select loaded_utc_date from ' ~ load_days ~ ')'
            ~ ' and (delivered.row_count is null'
            ~ ' or delivered.row_count <> counted.row_count'
            ~ ' or delivered.content_checksum <> counted.content_checksum)'
        ).rows[0][0] -%}
        {%- if changed > 0 -%}
            {%- do log(
                this.identifier ~ ': ' ~ changed ~ ' days are counted again, as events on them, or'
                ~ ' what is made of them, changed since they were counted', info=true
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
