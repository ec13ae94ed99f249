{# Stops with all that is wrong with raw tables, if anything is. #}
{% macro refuse_raw_tables(problems) %}
    {%- if problems -%}
        {{- exceptions.raise_compiler_error(
            'The raw tables do not fit the input contract (models/staging/*/_*__sources.yml):'
            ~ '\n- ' ~ problems | join('\n- ')
        ) -}}
    {%- endif -%}
{% endmacro %}
