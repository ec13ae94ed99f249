{# The last day that a definition knows of: as_of_date, or the day before its validity ends. #}
{% macro last_known_date(definitions) -%}
    least(as_of.as_of_date, {{ add_days(or_never(definitions ~ '.valid_to'), -1) }})
{%- endmacro %}
