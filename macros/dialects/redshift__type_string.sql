{# What dbt takes by default, text, holds 256 bytes on Redshift. #}
{% macro redshift__type_string() %}varchar(65535){% endmacro %}
