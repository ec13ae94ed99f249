{#
    CTEs of one round of a newton_search: from `best`, where the searches stand, to `name`,
    where they stand after it. A step is no longer than 2 along any axis. Where steps lead to
    the same log-likelihood but for its last digits, the whole one is taken.
#}
{% macro newton_round(name, best, dampings, key, data, parameters, sums, likelihood) %}
{%- set names = parameters | map(attribute='name') | list -%}
{{ newton_steps(name, best, dampings, key, parameters, sums) }},

{#-
    The condition is on groups: into one on rows Spark would write, over and over, how a gain
    comes about.
-#}
{{ name }}_promising as (
    select
        {{ key }},
        point,
        {%- for parameter in parameters %}
        max({{ parameter.name }}) as {{ parameter.name }},
        max(g_{{ loop.index }}) as g_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ name }}_steps

    group by {{ key }}, point

    having max(gain) > 0.000000000000001
),

{{ name }}_points as {{ computed_once() }} (
    select
        {{ key }},
        point,
        {%- for parameter in parameters %}
        least({{ parameter.upper }}, greatest({{ parameter.lower }},
            {{ parameter.name }} + g_{{ loop.index }} / greatest(
                1{% for i in range(1, names | length + 1) %}, abs(g_{{ i }}) / 2{% endfor %}
            )
        )) as {{ parameter.name }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ name }}_promising
),

{{ log_likelihoods(name, key, data, **likelihood) }},

{{ name }}_candidates as (
    select
        {{ key }},
        point,
        {%- for column in names + sums.keys() | list %}
        {{ column }},
        {%- endfor %}
        log_likelihood

    from {{ name }}_measured

    union all

    select
        {{ key }},
        4 as point,
        {%- for column in names + sums.keys() | list %}
        {{ column }},
        {%- endfor %}
        log_likelihood

    from {{ best }}
),

{{ name }} as (
    {{ likeliest(
        name ~ '_candidates', key, names + sums.keys() | list, margin='0.0000001'
    ) }}
)
{%- endmacro %}
