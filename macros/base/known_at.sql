{#
    When a row became known: a later row by its load, a row of history by when it happened,
    unless it was loaded before that.
#}
{% macro known_at(is_history, happened_at) -%}
    case
        when not {{ is_history }} then loaded_at
        {%- if happened_at is none %}
        else cast({{ date_var('earliest_date') }} as {{ type_utc() }})
        {%- else %}
        when {{ happened_at }} < loaded_at then cast({{ happened_at }} as {{ type_utc() }})
        else loaded_at
        {%- endif %}
    end
{%- endmacro %}
