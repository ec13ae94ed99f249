{#
    Whether a model of usage can go on from what was counted before. What an earlier version
    counted has no checksums; all of it is counted again then, into the same table.
#}
{% macro can_continue() -%}
    {%- if not is_incremental() -%}
        {{- return(false) -}}
    {%- elif not flags.INTROSPECT -%}
        {{- return(true) -}}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') -%}
    {{- return('content_checksum' in columns | map('lower')) -}}
{%- endmacro %}
