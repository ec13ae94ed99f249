{# Spans of days on which a client was active by the default definition, in its own window. #}
{% macro default_active_spans(active_spans, definitions) -%}
    select active_spans.*
    from {{ active_spans }} as active_spans
    inner join {{ definitions }} as definitions
        on active_spans.definition_id = definitions.definition_id
            and active_spans.window_days = definitions.window_days
    where definitions.definition_id = {{ default_definition() }}
{%- endmacro %}
