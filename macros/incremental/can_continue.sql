{#
    Whether a model of usage can go on from what was counted before. What an earlier version
    counted lacks columns; all of it is counted again then, into the same table.
#}
{% macro can_continue() -%}
    {%- if not is_incremental() -%}
        {{- return(false) -}}
    {%- elif not flags.INTROSPECT -%}
        {#- Compiled without a server, for the look at other dialects. -#}
        {{- return(true) -}}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name')
        | map('lower') | list -%}
    {{- return('content_checksum' in columns and 'loaded_utc_date' in columns) -}}
{%- endmacro %}
