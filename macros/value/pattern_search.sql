{#
    Maximises a log-likelihood per key, round after round. Every round tries all points of a grid
    around the best point so far. If the best of them lies on the edge the grid moves, else it
    shrinks. The last CTE is called `name`; see search_rounds.

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
    kept            columns of `start` that the expressions may read, and `tried`
    tried           condition on a point, over best.* (key, parameters, kept) and grid.offset_1,
                    grid.offset_2, ...: which points of the grid are worth trying

    Logarithms differ between engines in their last digit. They are therefore compared with two
    digits fewer; ties go to the point nearest to the middle.
#}
{% macro pattern_search(
    name, key, start, data, parameters, derived, observed, log_likelihood,
    steps=[], reach=2, rounds=24, shrink=0.4, kept=[], tried=none
) %}
{{ pattern_grid(name ~ '_grid', parameters | length, reach, shrink) }},

{{ search_begins([data, name ~ '_grid']) }}
{{ name }}_0 as (
    select
        {{ key }},
        {%- for parameter in parameters %}
        cast({{ parameter.name }} as {{ type_double() }}) as {{ parameter.name }},
        {%- endfor %}
        {%- for column in kept %}
        {{ column }},
        {%- endfor %}
        cast(1 as {{ type_double() }}) as scale

    from {{ start }}
),
{{ search_rounds(
    name, key, data, parameters, derived, observed, log_likelihood, steps, rounds,
    kept, tried
) }}
{%- endmacro %}
