{#
    The times that are understood, as a regular expression that every engine reads alike: an
    ISO 8601 day; a T or a blank; hours and minutes; seconds with up to nine digits behind the
    point or without; Z or an offset of hours or hours and minutes, behind a blank or not.
    `kind` is utc for those without an offset or with Z, offset for the others, any for both.
    That the month has the day is for the engine.
#}
{% macro time_pattern(kind='any') %}
    {%- set year = '([1-9][0-9]{3}|0[0-9]{2}[1-9]|0[0-9][1-9]0|0[1-9]00)' -%}
    {%- set day = year ~ '-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set clock = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?' -%}
    {%- set offset = '[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?' -%}
    {%- if kind == 'utc' -%}
        {{- return(day ~ '([ T]' ~ clock ~ '( ?Z)?)?') -}}
    {%- elif kind == 'offset' -%}
        {{- return(day ~ '[ T]' ~ clock ~ ' ?' ~ offset) -}}
    {%- else -%}
        {{- return(day ~ '([ T]' ~ clock ~ '( ?(Z|' ~ offset ~ '))?)?') -}}
    {%- endif -%}
{% endmacro %}
