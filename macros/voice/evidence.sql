{# How much a number of responses is evidence of. #}
{% macro evidence(responses) -%}
    case
        when {{ is_suppressed(responses) }} then 'suppressed'
        when {{ responses }} < {{ number_var('nps_insufficient_below') }} then 'insufficient'
        else 'sufficient'
    end
{%- endmacro %}
