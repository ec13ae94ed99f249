{#
    How clients are cut for survival, finest first: the variable clv_segmentations and, last,
    `all`. An entry is `plan`, an attribute of clients, or several joined by +.
#}
{% macro segmentations() %}
    {{- return(checked_var('clv_segmentations') + ['all']) -}}
{% endmacro %}
