{#
    The numbers that are understood, as a regular expression that every engine reads alike:
    digits with a point or without, or with an exponent; or, `grouped`, in groups of three
    between commas where that can be nothing else: with a point too, or with two commas.
#}
{% macro number_pattern(grouped=false) %}
    {%- if grouped -%}
        {{- return('[+-]?[1-9][0-9]{0,2}((,[0-9]{3}){1,6}[.][0-9]{1,30}|(,[0-9]{3}){2,6})') -}}
    {%- else -%}
        {{- return('[+-]?([0-9]{1,30}([.][0-9]{0,30})?|[.][0-9]{1,30})([eE][+-]?[0-9]{1,2})?') -}}
    {%- endif -%}
{% endmacro %}
