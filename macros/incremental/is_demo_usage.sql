{# Whether usage is read from the demo. #}
{% macro is_demo_usage() -%}
    {{- return(raw_location('product', 'usage_events').is_demo) -}}
{%- endmacro %}
