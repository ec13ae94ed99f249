{# The type of sums that must not overflow, with so many decimals. #}
{% macro type_ledger_sum(decimals=4) %}
    {{- return(adapter.dispatch('type_ledger_sum')(decimals)) -}}
{% endmacro %}

{% macro default__type_ledger_sum(decimals) %}decimal(38, {{ decimals }}){% endmacro %}

{# A decimal with four places has 33 digits there. #}
{% macro bigquery__type_ledger_sum(decimals) %}bignumeric(38, {{ decimals }}){% endmacro %}
