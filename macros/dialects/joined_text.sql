{# Texts behind one another; none of them is null. #}
{% macro joined_text(texts) %}{{ return(adapter.dispatch('joined_text')(texts)) }}{% endmacro %}

{% macro default__joined_text(texts) -%}
    concat(
        {%- for text in texts %}
        {{ text }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    )
{%- endmacro %}

{# Its concat takes two. #}
{% macro redshift__joined_text(texts) -%}
    (
        {%- for text in texts %}
        {{ text }}
        {%- if not loop.last %} ||{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
