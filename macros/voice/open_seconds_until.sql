{# Seconds for which support was open before an instant; `day` is the row of its day. #}
{% macro open_seconds_until(moment, day) -%}
    case
        when {{ day }}.opens_at is null then {{ day }}.open_seconds_before
        else {{ day }}.open_seconds_before + greatest(0, least(
            {{ day }}.open_seconds, {{ seconds_between(day ~ '.opens_at', moment) }}
        ))
    end
{%- endmacro %}
