{#
    Stands for "not ended". A comparison with it can be part of a join condition, where an
    `or ... is null` would make engines compare every row with every other.
#}
{% macro far_future(data_type='timestamp') %}cast('9999-01-01' as {{ data_type }}){% endmacro %}
