{# Whether usage is read from the demo. #}
{% macro is_demo_usage() -%}
    {{- return(var('product_location') == 'seeds/demo/{name}.csv') -}}
{%- endmacro %}
