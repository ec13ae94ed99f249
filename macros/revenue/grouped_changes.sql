{#
    CTEs that end in moved_changes: the instants of a client's changes that are followed by
    another within grouping_minutes, with the day of the last of them. A client that leaves
    before midnight and is back after it has not left. Changes after as_of_date of `as_of`, or
    after `last_day`, are still to come.
#}
{% macro grouped_changes(spans, as_of=none, keys=[], last_day=none) -%}
    {%- set of_client = (keys + ['client_id']) | join(', ') -%}
    {%- set gap = dbt.dateadd('minute', '-' ~ number_var('grouping_minutes'), 'changed_at') -%}
    changed_instants as (
        select {{ of_client }}, recurs_from as changed_at
        from {{ spans }}
        where has_recurring_status and recurs_from < recurs_to
        {{ union_distinct() }}
        select {{ of_client }}, recurs_to as changed_at
        from {{ spans }}
        where has_recurring_status and recurs_from < recurs_to
    ),

    spaced_changes as (
        select
            changed_instants.*,
            case
                when lag(changed_at) over (
                    partition by {{ of_client }}
                    order by changed_at
                ) > {{ gap }} then 0
                else 1
            end as is_first

        from changed_instants
        {%- if as_of %}
        cross join {{ as_of }} as as_of
        {%- endif %}

        where {{ reporting_date('changed_at') }} <= {{ last_day or 'as_of.as_of_date' }}
    ),

    numbered_changes as (
        select
            *,
            sum(is_first) over (
                partition by {{ of_client }}
                order by changed_at
                rows between unbounded preceding and current row
            ) as group_number

        from spaced_changes
    ),

    dated_changes as (
        select
            *,
            max({{ reporting_date('changed_at') }}) over (
                partition by {{ of_client }}, group_number
            ) as change_date

        from numbered_changes
    ),

    moved_changes as (
        select * from dated_changes
        where change_date > {{ reporting_date('changed_at') }}
    )
{%- endmacro %}
