{# The type of sums that must not overflow. #}
{% macro type_ledger_sum() %}{{ return(adapter.dispatch('type_ledger_sum')()) }}{% endmacro %}

{% macro default__type_ledger_sum() %}decimal(38, 4){% endmacro %}

{# A decimal with four places has 33 digits there. #}
{% macro bigquery__type_ledger_sum() %}bignumeric(38, 4){% endmacro %}
