{#
    The end of a span of a seed or a mart, far away where it is empty; between models no span ends
    in null. A comparison with it can be part of a join; an
    `or ... is null` there makes engines compare every row with every other.
#}
{% macro or_never(column) %}coalesce({{ column }}, {{ never() }}){% endmacro %}
