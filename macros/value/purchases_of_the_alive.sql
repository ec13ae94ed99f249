{#
    CTEs that add to every row of `source` (r, alpha, a, b, shift, repeat_count, age_days, and
    the horizon in weeks) the purchases expected within the horizon of a client that is still
    there, as `purchases`; the last CTE is called `name`. 2F1 is in the form of Euler, whose
    terms shrink faster the more a client has bought; where few drop out or all buy at nearly
    the same rate in its plain form, whose terms then are the ones that shrink and do not
    cancel. At a = 1 the formula is a limit.
#}
{% macro purchases_of_the_alive(name, source) %}
{{ name }}_inputs as (
    select
        *,
        case when abs(a - 1) < 0.00001 then 0.00001 else a - 1 end as a_less_1,
        case when a - 1 > r + repeat_count or r > 100 then 1 else 0 end as is_plain,
        alpha + cast(age_days as {{ type_double() }}) / 7 as exposure

    from {{ source }}
),

{{ name }}_arguments as {{ computed_once() }} (
    select
        *,
        case when is_plain = 1 then r + repeat_count else a_less_1 + b - r + shift end as hyp_a,
        case when is_plain = 1 then b + repeat_count + shift else a_less_1 end as hyp_b,
        a_less_1 + b + repeat_count + shift as hyp_c,
        horizon / (exposure + horizon) as hyp_z,
        case when is_plain = 1 then r + repeat_count else a_less_1 end as hyp_power

    from {{ name }}_inputs
),

{{ hypergeometric(name ~ '_series', name ~ '_arguments') }},

{{ name }} as (
    select
        *,
        hyp_c / a_less_1 * (1 - power(1 - hyp_z, hyp_power) * tail) as purchases

    from {{ name }}_series
)
{%- endmacro %}
