{# Net promoter score, -100 to 100, from counts: never averaged, never summed. #}
{% macro nps(promoters, detractors, responses) -%}
    cast(
        100 * cast({{ promoters }} - {{ detractors }} as {{ type_double() }})
        / nullif(cast({{ responses }} as {{ type_double() }}), 0) as decimal(9, 4)
    )
{%- endmacro %}
