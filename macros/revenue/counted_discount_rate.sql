{# The discount that lowers MRR, by the variable discount_policy. #}
{% macro counted_discount_rate() %}
    {%- set policy = choice_var('discount_policy', ['none', 'forever_only', 'all']) -%}
    {%- if policy == 'all' -%}
        discount_rate
    {%- elif policy == 'forever_only' -%}
        case when discount_duration = 'forever' then discount_rate else 0 end
    {%- else -%}
        0
    {%- endif -%}
{% endmacro %}
