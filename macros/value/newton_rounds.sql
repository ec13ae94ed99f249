{#
    The rounds of a newton_search, from `name`_0 to `name`_arrived: on DuckDB a loop, as in
    search_rounds, that ends when nothing is left to try; one after the other elsewhere.
#}
{% macro newton_rounds(name, key, data, parameters, sums, likelihood, rounds) %}
    {{- return(adapter.dispatch('newton_rounds')(
        name, key, data, parameters, sums, likelihood, rounds
    )) -}}
{% endmacro %}

{% macro default__newton_rounds(name, key, data, parameters, sums, likelihood, rounds) %}
{%- for round in range(1, rounds + 1) %}
{{ newton_round(
    name ~ ('_' ~ round if not loop.last else '_arrived'), name ~ '_' ~ (round - 1),
    name ~ '_dampings', key, data, parameters, sums, likelihood
) }}{{ ',' if not loop.last }}
{{ search_checkpoint(name ~ '_' ~ round) if not loop.last }}
{% endfor %}
{%- endmacro %}

{% macro duckdb__newton_rounds(name, key, data, parameters, sums, likelihood, rounds) %}
{%- set columns = parameters | map(attribute='name') | list + sums.keys() | list -%}
{#- What all rounds read is computed before the loop. -#}
{{ name }}_data as materialized (
    select * from {{ data }}
),

{{ name }}_arrived as (
    with recursive

    rounds as (
        select
            0 as round_number,
            *

        from {{ name }}_0

        union all

        (
            with

            earlier as (
                select * from rounds
                where round_number < {{ rounds }}
            ),

            {{ newton_round(
                name ~ '_next', 'earlier', name ~ '_dampings', key, name ~ '_data',
                parameters, sums, likelihood
            ) }}

            select
                (select max(earlier.round_number) + 1 from earlier) as round_number,
                {{ name }}_next.*

            from {{ name }}_next

            where exists (select 1 from {{ name }}_next_points)
        )
    )

    select * exclude (round_number) from rounds
    where round_number = (select max(last.round_number) from rounds as last)
)
{%- endmacro %}
