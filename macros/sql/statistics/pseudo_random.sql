{#
    A number between 0 and 1, exclusive, that looks random and is the same on every engine:
    the fraction of a large multiple of a sine. For simulation only.
#}
{% macro pseudo_random(row, column, salt) -%}
    {%- set wave -%}
        43758.5453 * (1 + sin({{ row }} * {{ salt }} + {{ column }} * 78.233))
    {%- endset -%}
    greatest(0.000001, least(0.999999, ({{ wave }}) - floor({{ wave }})))
{%- endmacro %}
