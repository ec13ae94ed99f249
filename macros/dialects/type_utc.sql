{# The type of a UTC timestamp, without a zone and to the microsecond. #}
{% macro type_utc() %}{{ return(adapter.dispatch('type_utc')()) }}{% endmacro %}

{% macro default__type_utc() %}timestamp{% endmacro %}

{# What `timestamp` means is a parameter of the account. #}
{% macro snowflake__type_utc() %}timestamp_ntz{% endmacro %}

{# Its `timestamp` has a zone. #}
{% macro bigquery__type_utc() %}datetime{% endmacro %}

{# Its `timestamp` ends with milliseconds. #}
{% macro trino__type_utc() %}timestamp(6){% endmacro %}
