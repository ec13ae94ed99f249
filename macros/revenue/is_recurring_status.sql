{# Whether a subscription's status lets its revenue recur, by the policy paused_policy. #}
{% macro is_recurring_status(column) -%}
    {%- set keeps_paused = mrr_policy('paused_policy') == 'keep' -%}
    {{ column }} in ('active', 'past_due'{{ ", 'paused'" if keeps_paused }})
{%- endmacro %}
