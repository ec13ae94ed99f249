{#
    The variance of a sum of errors: gradient_1, gradient_2, ... times the columns covariance_i_j
    (i <= j) of a relation; null where these are.
#}
{% macro quadratic_form(gradient, covariances, size) -%}
    {%- set terms = [] -%}
    {%- for i in range(1, size + 1) -%}
        {%- for j in range(i, size + 1) -%}
            {%- do terms.append(
                ('' if i == j else '2 * ') ~ gradient ~ '_' ~ i ~ ' * ' ~ gradient ~ '_' ~ j
                ~ ' * cast(' ~ covariances ~ '.covariance_' ~ i ~ '_' ~ j ~ ' as '
                ~ type_double() ~ ')'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ terms | join('\n            + ') }}
{%- endmacro %}
