{# The discount that lowers MRR, by the policy discount_policy. #}
{% macro counted_discount_rate() %}
    {%- set policy = mrr_policy('discount_policy') -%}
    {%- if policy == 'all' -%}
        discount_rate
    {%- elif policy == 'forever_only' -%}
        case when discount_duration = 'forever' then discount_rate else 0 end
    {%- else -%}
        0
    {%- endif -%}
{% endmacro %}
