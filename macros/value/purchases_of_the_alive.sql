{#
    CTEs that add to every row of `source` (r, alpha, a, b, shift, repeat_count, age_days, and
    the horizon in weeks) the purchases expected within the horizon of a client that is still
    there, as `purchases`; the last CTE is called `name`. 2F1 is in the form of Euler, whose
    terms shrink faster the more a client has bought. At a = 1 the formula is a limit.
#}
{% macro purchases_of_the_alive(name, source) %}
{{ name }}_inputs as (
    select
        *,
        case when abs(a - 1) < 0.00001 then 0.00001 else a - 1 end as hyp_b,
        alpha + cast(age_days as {{ type_double() }}) / 7 as exposure

    from {{ source }}
),

{{ name }}_arguments as {{ computed_once() }} (
    select
        *,
        hyp_b + b - r + shift as hyp_a,
        hyp_b + b + repeat_count + shift as hyp_c,
        horizon / (exposure + horizon) as hyp_z

    from {{ name }}_inputs
),

{{ hypergeometric(name ~ '_series', name ~ '_arguments') }},

{{ name }} as (
    select
        *,
        hyp_c / hyp_b * (1 - power(1 - hyp_z, hyp_b) * tail) as purchases

    from {{ name }}_series
)
{%- endmacro %}
