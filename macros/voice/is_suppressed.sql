{# Whether there are too few responses to show a score. #}
{% macro is_suppressed(responses) -%}
    ({{ responses }} < {{ number_var('nps_suppressed_below') }} or {{ responses }} = 0)
{%- endmacro %}
