{#
    Maximises a log-likelihood per key by Newton's method. It begins at the likeliest point of
    a coarse grid. Every round solves for the step to the maximum of the parabola that touches
    the log-likelihood where the search stands, as it is and held back (dampings), and goes to
    the likeliest of where these steps lead, or stays. A parameter at a bound beyond which it
    would go is held there. The last CTE is called `name`: the key, the parameters,
    log_likelihood, and `gain`, which the parabola has still to offer: half of slope times step,
    null where the likelihood bends up. A search has arrived when next to nothing is to gain.

    parameters      list of {name, spread, lower, upper}; the grid is the middle and the corners
                    of `start` +- spread
    gradient        expressions, of one row of the data: how the log-likelihood changes with
                    each parameter
    curvature       expressions by (i, j), i <= j: how the gradient changes with each parameter
    rounds          how many at most; who has arrived tries nothing more

    Other arguments are those of pattern_search. Searches that run along a ridge arrive sooner
    the more the parameters go with its axes.
#}
{% macro newton_search(
    name, key, start, data, parameters, derived, observed, steps, log_likelihood, gradient,
    curvature, rounds=24
) %}
{%- set size = parameters | length -%}
{%- set names = parameters | map(attribute='name') | list -%}
{%- set sums = {} -%}
{%- for i in range(1, size + 1) -%}
    {%- do sums.update({'gradient_' ~ i: gradient[i - 1]}) -%}
{%- endfor -%}
{%- for i in range(1, size + 1) -%}
    {%- for j in range(i, size + 1) -%}
        {%- do sums.update({'curvature_' ~ i ~ '_' ~ j: curvature[(i, j)]}) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set likelihood = {
    'derived': derived, 'observed': observed, 'log_likelihood': log_likelihood, 'steps': steps,
    'carried': names, 'sums': sums,
} -%}
{{ pattern_grid(name ~ '_grid', size, 1) }},

{{ name }}_dampings as (
    select
        number as point,
        case number
            when 0 then 0
            when 1 then 0.1
            when 2 then 1
            else 10
        end as damping

    from {{ ref('active_clients', 'numbers') }}

    where number <= 3
),

{{ search_begins([data, name ~ '_dampings']) }}
{{ name }}_first_points as (
    select
        start.{{ key }},
        {%- for parameter in parameters %}
        cast(start.{{ parameter.name }} as {{ type_double() }})
        + {{ parameter.spread }} * grid.offset_{{ loop.index }} as {{ parameter.name }},
        {%- endfor %}
        grid.point

    from {{ start }} as start
    cross join {{ name }}_grid as grid

    where grid.distance in (0, {{ size }})
),

{{ log_likelihoods(name ~ '_first', key, data, **likelihood) }},

{{ name }}_0 as (
    {{ likeliest(name ~ '_first_measured', key, names + sums.keys() | list) }}
),
{{ search_checkpoint(name ~ '_0') }}
{{ newton_rounds(name, key, data, parameters, sums, likelihood, rounds) }},

{{ newton_steps(name ~ '_last', name ~ '_arrived', name ~ '_dampings', key, parameters, sums) }},

{{ name }} as (
    select
        {{ key }},
        {%- for parameter in parameters %}
        {{ parameter.name }},
        {%- endfor %}
        log_likelihood,
        gain

    from {{ name }}_last_steps

    where point = 0
)
{%- endmacro %}
