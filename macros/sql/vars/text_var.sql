{% macro text_var(name) %}'{{ checked_var(name) }}'{% endmacro %}
