{#
    The number of standard errors on each side of a 95 % interval of a mean whose spread is
    estimated too: Student's t by its expansion about the normal (Cornish and Fisher), within
    1 % from three degrees of freedom on.
#}
{% macro student_t(freedom) -%}
    {%- set v = 'cast(' ~ freedom ~ ' as ' ~ type_double() ~ ')' -%}
    (1.959963984540054 + 2.3722712 / {{ v }} + 2.8224996 / ({{ v }} * {{ v }})
    + 2.5558491 / ({{ v }} * {{ v }} * {{ v }}))
{%- endmacro %}
