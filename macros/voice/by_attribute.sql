{#
    Every row of a CTE once per attribute, with the attribute's name and value, and once for
    all together. A value named `all` cannot be taken for the whole: its attribute differs.
#}
{% macro by_attribute(rows, more={}) -%}
    {%- set expressions = {
        'all': "'all'",
        'segment': 'segment',
        'paid_plan': 'paid_plan_id',
        'role': 'user_role',
        'tenure_band': 'tenure_band',
        'channel': 'channel',
    } -%}
    {%- do expressions.update(more) -%}
    {%- for attribute, expression in expressions.items() %}
    select
        {{ rows }}.*,
        cast('{{ attribute }}' as {{ dbt.type_string() }}) as attribute,
        cast({{ expression }} as {{ dbt.type_string() }}) as attribute_value

    from {{ rows }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
