{# The texts that are not null with commas between them; null when there is none. #}
{% macro comma_list(texts) %}{{ return(adapter.dispatch('comma_list')(texts)) }}{% endmacro %}

{% macro default__comma_list(texts) -%}
    nullif(concat_ws(
        ','
        {%- for text in texts %},
        {{ text }}
        {%- endfor %}
    ), '')
{%- endmacro %}

{# Null as soon as one text is null, were it concat_ws. #}
{% macro snowflake__comma_list(texts) -%}
    nullif(substr(
        {%- for text in texts %}
        coalesce(',' || {{ text }}, '')
        {%- if not loop.last %} ||{% endif %}
        {%- endfor %},
        2
    ), '')
{%- endmacro %}

{% macro bigquery__comma_list(texts) %}{{ return(snowflake__comma_list(texts)) }}{% endmacro %}

{% macro redshift__comma_list(texts) %}{{ return(snowflake__comma_list(texts)) }}{% endmacro %}
