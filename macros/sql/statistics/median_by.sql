{#
    A CTE's worth of SQL: `value_count` and the median of `value` per group of `keys`, the mean
    of the two middle values of an even number. Sorts and picks instead of percentile functions,
    which engines spell and round differently.
#}
{% macro median_by(relation, keys, value, name) -%}
    select
        {{ keys | join(', ') }},
        max(value_count) as value_count,
        cast(avg(cast({{ value }} as decimal(18, 4))) as decimal(18, 4)) as {{ name }}

    from (
        select
            *,
            row_number() over (partition by {{ keys | join(', ') }} order by {{ value }})
                as value_number,
            count(*) over (partition by {{ keys | join(', ') }}) as value_count

        from {{ relation }}
    ) as ranked_values

    where 2 * value_number between value_count and value_count + 2

    group by {{ keys | join(', ') }}
{%- endmacro %}
