{#
    A number that changes with a usage event, as delivered and as staging reads it. Summed over
    rows it does not ask for their order, and tells of a row that changed, came or went, whatever
    the reason: the raw row, a variable, a staging model, a macro.
#}
{% macro usage_checksum(events='events') -%}
    {%- set columns = [
        'event_id', 'client_id', 'user_id', 'event_name', 'feature', 'quantity', 'occurred_at',
        'loaded_at', 'loaded_date', 'invalid_reasons', 'raw_event_id', 'raw_client_id',
        'raw_user_id', 'raw_event_name', 'raw_feature', 'raw_quantity', 'raw_occurred_at',
        'raw_loaded_at',
    ] -%}
    {%- set qualified = [] -%}
    {%- for column in columns -%}
        {%- do qualified.append(events ~ '.' ~ column) -%}
    {%- endfor -%}
    {{- row_checksum(qualified) -}}
{%- endmacro %}
