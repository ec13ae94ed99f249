{# The share of revenue that is margin: that of the plan, else the variable gross_margin_rate. #}
{% macro margin_rate(plan_margins) -%}
    cast(coalesce(
        {{ plan_margins }}.gross_margin_rate, {{ number_var('gross_margin_rate') }}
    ) as decimal(5, 4))
{%- endmacro %}
