{#
    Says before a model of usage is brought up to date what is counted again, and why; stops when
    loads that were counted are no longer delivered and nobody said what is to become of them.
    The demo is nobody's history: own data may follow it, and it them, in one file. Another
    time zone moves the day of a load by one, and takes no row away.

    load_days  the relation with what is delivered per load day and activity day
#}
{% macro say_what_is_recounted(load_days) -%}
    {%- if execute and flags.WHICH in ('build', 'run') and can_continue() -%}
        {%- set undelivered -%}
            where load_days.loaded_date is null
                and counted.loaded_date <> {{ unknown_date() }}
                and coalesce(counted.fingerprint, '') not like 'demo:%'
        {%- endset -%}
        {%- set dropped = run_query(
            'select sum(counted.row_count), min(counted.loaded_date), max(counted.loaded_date)'
            ~ ' from ' ~ this ~ ' as counted left join (select distinct loaded_date from '
            ~ load_days ~ ') as load_days on counted.loaded_date = load_days.loaded_date '
            ~ undelivered
        ).rows[0] -%}
        {%- if dropped[0] and not is_demo_usage() and checked_var('dropped_loads') == 'stop' -%}
            {%- set far = run_query(
                'select count(*) from ' ~ this ~ ' as counted left join ' ~ load_days
                ~ ' as load_days on load_days.loaded_date >= '
                ~ add_days('counted.loaded_date', -1) ~ ' and load_days.loaded_date <= '
                ~ add_days('counted.loaded_date', 1) ~ ' ' ~ undelivered
            ).rows[0][0] -%}
            {%- set delivered = run_query('select sum(row_count) from ' ~ load_days).rows[0][0] -%}
            {%- set counted = run_query('select sum(row_count) from ' ~ this).rows[0][0] -%}
            {%- if far > 0 or (delivered or 0) < counted -%}
                {{- exceptions.raise_compiler_error(
                    dropped[0] ~ ' usage events that were counted, of the loads from '
                    ~ dropped[1] ~ ' to ' ~ dropped[2] ~ ', are no longer in'
                    ~ ' product.usage_events. If they were dropped on purpose and are to count'
                    ~ ' on, set dropped_loads: keep; if they are not to count any more, set'
                    ~ ' dropped_loads: recount. Nothing was changed.'
                ) -}}
            {%- endif -%}
        {%- endif -%}
        {%- set changed = run_query(
            'with counted as (select loaded_date, activity_date, sum(row_count) as row_count,'
            ~ ' sum(content_checksum) as content_checksum from ' ~ this
            ~ ' group by loaded_date, activity_date)'
            ~ ' select count(distinct delivered.activity_date) from ' ~ load_days ~ ' as delivered'
            ~ ' inner join counted on delivered.loaded_date = counted.loaded_date'
            ~ ' and delivered.activity_date = counted.activity_date'
            ~ ' where delivered.row_count <> counted.row_count'
            ~ ' or delivered.content_checksum <> coalesce(counted.content_checksum, 0)'
        ).rows[0][0] -%}
        {%- if changed > 0 -%}
            {%- do log(
                this.identifier ~ ': ' ~ changed ~ ' days are counted again, as events on them, or'
                ~ ' what is made of them, changed since they were counted', info=true
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
