{#
    CTEs that end with `trailing_medians`: per group of `keys` and row with any before it, the
    median of `value` of the rows up to `length` before it, by the whole number `position`, and
    the median absolute deviation (MAD) from that median.
#}
{% macro trailing_median(relation, keys, position, value, length) -%}
    {{ adapter.dispatch('trailing_median')(relation, keys, position, value, length) }}
{%- endmacro %}

{% macro default__trailing_median(relation, keys, position, value, length) -%}
{%- set row = keys + [position] -%}
previous_rows as (
    select
        {%- for name in row %}
        this_row.{{ name }},
        {%- endfor %}
        previous.{{ value }}

    from {{ relation }} as this_row
    inner join {{ relation }} as previous
        on this_row.{{ position }} > previous.{{ position }}
            and this_row.{{ position }} <= previous.{{ position }} + {{ length }}
            {%- for key in keys %}
            and this_row.{{ key }} = previous.{{ key }}
            {%- endfor %}
),

medians as (
    {{ median_by('previous_rows', row, value, 'median_value') }}
),

deviations as (
    select
        medians.median_value,
        {%- for name in row %}
        medians.{{ name }},
        {%- endfor %}
        abs(previous_rows.{{ value }} - medians.median_value) as deviation

    from previous_rows
    inner join medians
        on {% for name in row -%}
            {{ 'and ' if not loop.first }}previous_rows.{{ name }} = medians.{{ name }}
            {% endfor %}
),

trailing_medians as (
    {{ median_by('deviations', row + ['median_value'], 'deviation', 'median_deviation') }}
)
{%- endmacro %}

{# DuckDB has both as window functions, and takes a quarter of the time. #}
{% macro duckdb__trailing_median(relation, keys, position, value, length) -%}
trailing_medians as (
    select *
    from (
        select
            {{ keys | join(', ') }},
            {{ position }},
            count(*) over previous_rows as value_count,
            median(cast({{ value }} as decimal(18, 4))) over previous_rows as median_value,
            mad(cast({{ value }} as decimal(18, 4))) over previous_rows as median_deviation

        from {{ relation }}

        window previous_rows as (
            partition by {{ keys | join(', ') }}
            order by {{ position }}
            range between {{ length }} preceding and 1 preceding
        )
    ) as windowed

    where value_count > 0
)
{%- endmacro %}
