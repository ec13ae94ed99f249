{# The end of a span that has none: a date far away. #}
{% macro never() %}cast('9999-01-01' as date){% endmacro %}
