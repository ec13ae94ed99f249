{#
    A hash of several columns. Each value is preceded by its length, so that ('ab', 'c') and
    ('a', 'bc') differ, and null differs from the empty string.
#}
{% macro surrogate_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
        {%- set length = 'cast(length(' ~ text ~ ') as ' ~ dbt.type_string() ~ ')' -%}
        {%- do parts.append(
            "case when " ~ column ~ " is null then '-' else "
            ~ joined_text([length, "':'", text]) ~ " end"
        ) -%}
    {%- endfor -%}
    {{ dbt.hash(joined_text(parts)) }}
{%- endmacro %}
