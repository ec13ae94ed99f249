{# The centre of the adjusted Wald interval of the net promoter score, in points. #}
{% macro nps_adjusted(promoters, detractors, responses) -%}
    (
        100 * cast({{ promoters }} - {{ detractors }} as {{ type_double() }})
        / ({{ responses }} + 3.0)
    )
{%- endmacro %}
