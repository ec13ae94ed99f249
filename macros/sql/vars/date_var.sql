{% macro date_var(name) %}cast('{{ checked_var(name) }}' as date){% endmacro %}
