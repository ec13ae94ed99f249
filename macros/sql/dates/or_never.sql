{#
    The end of a span, far away while it runs. A comparison with it can be part of a join; an
    `or ... is null` there makes engines compare every row with every other.
#}
{% macro or_never(column) %}coalesce({{ column }}, {{ never() }}){% endmacro %}
