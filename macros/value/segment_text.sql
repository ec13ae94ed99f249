{# The segment of a client within a segmentation: the values of its attributes, joined by +. #}
{% macro segment_text(segmentation, prefix='') -%}
    {%- set parts = [] -%}
    {%- for attribute in segmentation.split('+') -%}
        {%- do parts.append("'+'") if not loop.first -%}
        {%- do parts.append(prefix ~ ('all_clients' if attribute == 'all' else attribute)) -%}
    {%- endfor -%}
    {{ joined_text(parts) if parts | length > 1 else parts[0] }}
{%- endmacro %}
