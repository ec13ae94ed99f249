{# Fails when the table has no row: row-level tests pass on an empty one. #}
{% test not_empty(model) %}

select row_count
from (select count(*) as row_count from {{ model }}) as counted
where row_count = 0

{% endtest %}
