{# The odds that a client has dropped out rather than is silent, under a model of purchases. #}
{% macro dropout_odds(model) -%}
    {{ model }}.a / greatest(1e-9, {{ model }}.b + summaries.x - 1 + {{ model }}.shift)
    * exp(least(600, ({{ model }}.r + summaries.x) * ln(
        ({{ model }}.alpha + summaries.age) / ({{ model }}.alpha + summaries.recency)
    )))
{%- endmacro %}
