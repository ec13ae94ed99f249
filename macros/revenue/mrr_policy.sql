{#
    The value of a policy of MRR: its own variable or, where that is empty, what the variable
    mrr_preset says. Sources of the vendors' values: docs/decisions.
#}
{% macro mrr_policy(name) %}
    {%- set presets = {
        'standard': ['zero', '30', 'forever_only', 'period_end'],
        'chartmogul': ['keep', '36500', 'all', 'period_end'],
        'stripe': ['zero', '36500', 'forever_only', 'request'],
        'baremetrics': ['zero', '30', 'all', 'period_end'],
    } -%}
    {%- set policies = [
        'paused_policy', 'past_due_grace_days', 'discount_policy', 'churn_recognition'
    ] -%}
    {%- set preset = presets[checked_var('mrr_preset')] -%}
    {%- if checked_var(name) | string == '' -%}
        {{- return(preset[policies.index(name)]) -}}
    {%- endif -%}
    {{- return(checked_var(name)) -}}
{% endmacro %}
