{# The squared standard error, in points, of the adjusted net promoter score. #}
{% macro nps_variance(promoters, detractors, responses) -%}
    {%- set n = '(' ~ responses ~ ' + 3.0)' -%}
    {%- set p = '(cast(' ~ promoters ~ ' + 0.75 as ' ~ type_double() ~ ') / ' ~ n ~ ')' -%}
    {%- set d = '(cast(' ~ detractors ~ ' + 0.75 as ' ~ type_double() ~ ') / ' ~ n ~ ')' -%}
    (
        10000 * ({{ p }} + {{ d }} - ({{ p }} - {{ d }}) * ({{ p }} - {{ d }})) / {{ n }}
    )
{%- endmacro %}
