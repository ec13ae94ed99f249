{#
    How clients are cut for survival, finest first: the variable clv_segmentations and, last,
    `all`. An entry is `plan`, an attribute of clients, or several joined by +.
#}
{% macro segmentations() %}
    {%- set attributes = [
        'plan', 'segment', 'industry', 'country_code', 'acquisition_channel',
    ] -%}
    {%- for entry in var('clv_segmentations') -%}
        {%- for attribute in (entry | string).split('+') if attribute not in attributes -%}
            {{- exceptions.raise_compiler_error(
                "The variable clv_segmentations has '" ~ attribute ~ "'; it may have "
                ~ attributes | join(', ') ~ ", or several of them joined by +."
            ) -}}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(var('clv_segmentations') + ['all']) -}}
{% endmacro %}
