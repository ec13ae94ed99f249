{# Stands for a day that is not known where a column must not be null. #}
{% macro unknown_date() %}cast('1900-01-01' as date){% endmacro %}
