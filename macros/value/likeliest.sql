{#
    The likeliest of the points of every key, the first of those that are equally likely. The
    later a point is, the more it has to be likelier by, in units of `margin`.
#}
{% macro likeliest(points, key, columns, margin=0) -%}
    select
        {{ key }},
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        log_likelihood

    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by
                    cast(log_likelihood - {{ margin }} * point as decimal(28, 8)) desc,
                    point asc
            ) as place

        from {{ points }}
    ) as placed

    where place = 1
{%- endmacro %}
