{% macro number_var(name) %}{{ checked_var(name) }}{% endmacro %}
