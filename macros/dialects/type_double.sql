{# A 64-bit float; dbt's own type_float is 32 bits wide on some engines. #}
{% macro type_double() %}{{ return(adapter.dispatch('type_double')()) }}{% endmacro %}

{% macro default__type_double() %}double{% endmacro %}

{% macro postgres__type_double() %}double precision{% endmacro %}

{% macro bigquery__type_double() %}float64{% endmacro %}
