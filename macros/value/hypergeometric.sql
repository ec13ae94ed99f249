{#
    CTEs that add to every row of `source` the hypergeometric function 2F1(a, b; c; z) of its
    columns hyp_a, hyp_b, hyp_c, hyp_z, as the column `tail`; the last CTE is called `name`.
    Horner's rule from the far end, ten terms per CTE: 160 terms are within 1e-8 for
    |z| < 0.85 where the terms shrink (hyp_a + hyp_b < hyp_c), as they do here.
#}
{% macro hypergeometric(name, source, terms=160) %}
{%- for stage in range(terms // 10, 0, -1) %}
{{ name }}{{ '_' ~ stage if not loop.last }} as {{ computed_once(is_large=true) if loop.first }} (
    select
        *,
        {% for term in range(10 * (stage - 1), 10 * stage) -%}
        1 + hyp_z * (hyp_a + {{ term }}) * (hyp_b + {{ term }})
        / ((hyp_c + {{ term }}) * {{ term + 1 }}){% if not loop.last %} * (
        {% endif %}
        {%- endfor %}
        {%- if not loop.first %} * tail_{{ stage + 1 }}{% endif %}
        {{- ')' * 9 }} as tail{{ '_' ~ stage if not loop.last }}

    from {{ source if loop.first else name ~ '_' ~ (stage + 1) }}
){{ ',' if not loop.last }}
{% endfor %}
{%- endmacro %}
