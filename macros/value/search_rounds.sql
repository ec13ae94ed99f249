{#
    The rounds of a pattern_search, from `name`_0 to `name`. On DuckDB they are a loop, in which
    a round is planned once; other engines have no loop that may aggregate, and get CTEs for
    each round. Arguments are those of pattern_search.
#}
{% macro search_rounds(
    name, key, data, parameters, derived, observed, log_likelihood, steps, rounds,
    kept, tried
) %}
    {{- return(adapter.dispatch('search_rounds')(
        name, key, data, parameters, derived, observed, log_likelihood, steps, rounds,
        kept, tried
    )) -}}
{% endmacro %}

{% macro default__search_rounds(
    name, key, data, parameters, derived, observed, log_likelihood, steps, rounds,
    kept, tried
) %}
{%- for round in range(1, rounds + 1) %}
{{ search_round(
    name ~ ('_' ~ round if not loop.last else ''), name ~ '_' ~ (round - 1), name ~ '_grid',
    key, data, parameters, derived, observed, log_likelihood, steps, kept, tried
) }}{{ ',' if not loop.last }}
{{ search_checkpoint(name ~ '_' ~ round) if not loop.last }}
{% endfor %}
{%- endmacro %}

{% macro duckdb__search_rounds(
    name, key, data, parameters, derived, observed, log_likelihood, steps, rounds,
    kept, tried
) %}
{#- What all rounds read is computed before the loop. -#}
{{ name }}_data as materialized (
    select * from {{ data }}
),

{{ name }} as (
    with recursive

    rounds as (
        select
            {{ key }},
            {%- for parameter in parameters %}
            {{ parameter.name }},
            {%- endfor %}
            {%- for column in kept %}
            {{ column }},
            {%- endfor %}
            0 as round_number,
            scale,
            cast(null as decimal(38, 10)) as log_likelihood

        from {{ name }}_0

        union all

        (
            with

            earlier as (
                select
                    * replace (round_number + 1 as round_number)

                from rounds

                where round_number < {{ rounds }}
            ),

            {{ search_round(
                name ~ '_next', 'earlier', name ~ '_grid', key, name ~ '_data',
                parameters, derived, observed, log_likelihood, steps,
                kept + ['round_number'], tried
            ) }}

            select * from {{ name }}_next
        )
    )

    select * from rounds
    where round_number = {{ rounds }}
)
{%- endmacro %}
