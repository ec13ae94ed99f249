{# The name that shares most of its pairs of letters with a misspelt one; empty when none is near. #}
{% macro nearest_name(name, candidates) %}
    {%- set written = name | lower -%}
    {%- set nearest = namespace(name='', share=0.4) -%}
    {%- for candidate in candidates -%}
        {%- set shared = [] -%}
        {%- for start in range(written | length - 1) -%}
            {%- set pair = written[start:start + 2] -%}
            {%- if pair in candidate | lower and pair not in shared -%}
                {%- do shared.append(pair) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set pairs = [name | length + candidate | length - 2, 1] | max -%}
        {%- set share = 2.0 * (shared | length) / pairs -%}
        {%- if share > nearest.share -%}
            {%- set nearest.name = candidate -%}
            {%- set nearest.share = share -%}
        {%- endif -%}
    {%- endfor -%}
    {{- nearest.name -}}
{% endmacro %}
