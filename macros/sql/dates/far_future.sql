{# Stands for "not ended" where engines would compare a null differently. #}
{% macro far_future() %}cast('9999-01-01' as {{ type_utc() }}){% endmacro %}
