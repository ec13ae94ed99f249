{#
    The rows of a CTE of counts with the share of two groups that succeeded, each with a Wilson
    interval, and what the first has more than the second, with a Newcombe interval; that is
    null with fewer than `min_sample` in either. For groups `a` and `b` it adds a_rate, a_lower,
    a_upper, b_rate, b_lower, b_upper, is_sufficient, lift, lift_lower and lift_upper.
#}
{% macro lift_of_groups(counts, a, a_successes, b, b_successes, min_sample=1) -%}
    select
        rated.*,
        case when is_sufficient then cast({{ a }}_rate - {{ b }}_rate as decimal(12, 6)) end
            as lift,
        case when is_sufficient then {{ newcombe(a, b, 'lower') }} end as lift_lower,
        case when is_sufficient then {{ newcombe(a, b, 'upper') }} end as lift_upper

    from (
        select
            {{ counts }}.*,
            {{ rate(a_successes, a ~ '_count') }} as {{ a }}_rate,
            {{ wilson(a_successes, a ~ '_count', 'lower') }} as {{ a }}_lower,
            {{ wilson(a_successes, a ~ '_count', 'upper') }} as {{ a }}_upper,
            {{ rate(b_successes, b ~ '_count') }} as {{ b }}_rate,
            {{ wilson(b_successes, b ~ '_count', 'lower') }} as {{ b }}_lower,
            {{ wilson(b_successes, b ~ '_count', 'upper') }} as {{ b }}_upper,
            least({{ a }}_count, {{ b }}_count) >= {{ min_sample }} as is_sufficient

        from {{ counts }}
    ) as rated
{%- endmacro %}
