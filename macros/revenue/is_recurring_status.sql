{# Whether a subscription's status lets its revenue recur, by the variable paused_policy. #}
{% macro is_recurring_status(column) -%}
    {%- set keeps_paused = choice_var('paused_policy', ['keep', 'zero']) == 'keep' -%}
    {{ column }} in ('active', 'past_due'{{ ", 'paused'" if keeps_paused }})
{%- endmacro %}
