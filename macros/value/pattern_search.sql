{#
    Maximises a log-likelihood per key, as a chain of CTEs, a few per round. Every round tries
    all points of a grid around the best point so far. If the best of them lies on the edge
    the grid moves, else it shrinks. The last CTE is called `name`.

    name            prefix of the CTEs, and the name of the last
    key             column that tells the searches apart, in `start` and in `data`
    start           CTE with the key and a column per parameter: where to begin
    data            CTE with the key and what the likelihood reads
    parameters      list of {name, step, lower, upper}; steps are those of the first round
    derived         lists of expressions, by name, over the parameters; each list may use the
                    names of the one before
    observed        columns of `data` that the likelihood reads
    steps           the same, over parameters, derived and observed
    log_likelihood  expression over all of these, of one row of the data
    reach           steps that the grid extends to each side
    rounds          how many
    shrink          what a step is multiplied by once the grid need not move

    Logarithms differ between engines in their last digit. They are therefore compared with two
    digits fewer; ties go to the point nearest to the middle.
#}
{% macro pattern_search(
    name, key, start, data, parameters, derived, observed, log_likelihood,
    steps=[], reach=2, rounds=24, shrink=0.4
) %}
{{ pattern_grid(name ~ '_grid', parameters | length, reach, shrink) }},

{{ search_begins([data, name ~ '_grid']) }}
{{ name }}_0 as (
    select
        {{ key }},
        {%- for parameter in parameters %}
        cast({{ parameter.name }} as {{ type_double() }}) as {{ parameter.name }},
        {%- endfor %}
        cast(1 as {{ type_double() }}) as scale

    from {{ start }}
),
{% for round in range(1, rounds + 1) %}
{{ name }}_{{ round }}_points as (
    select
        best.{{ key }},
        {%- for parameter in parameters %}
        least({{ parameter.upper }}, greatest({{ parameter.lower }},
            best.{{ parameter.name }}
            + {{ parameter.step }} * best.scale * grid.offset_{{ loop.index }}
        )) as {{ parameter.name }},
        {%- endfor %}
        grid.point,
        grid.distance,
        best.scale * grid.next_scale as scale

    from {{ name }}_{{ round - 1 }} as best
    cross join {{ name }}_grid as grid
),

{{ log_likelihoods(
    name ~ '_' ~ round, key, data, derived, observed, log_likelihood, steps,
    carried=(parameters | map(attribute='name') | list) + ['distance', 'scale']
) }},

{{ name }}{{ '_' ~ round if not loop.last }} as (
    select
        {{ key }},
        {%- for parameter in parameters %}
        {{ parameter.name }},
        {%- endfor %}
        scale,
        log_likelihood

    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by cast(log_likelihood as decimal(28, 8)) desc, distance asc, point asc
            ) as place

        from {{ name }}_{{ round }}_measured
    ) as placed

    where place = 1
){{ ',' if not loop.last }}
{{ search_checkpoint(name ~ '_' ~ round) if not loop.last }}
{% endfor %}
{%- endmacro %}
