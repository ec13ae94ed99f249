{#
    Each id with the id it ended up as, following chains of merges up to 20 long. Only rows
    that were merged are followed: some engines end a recursion after a million rows. With
    `within`, a column, chains stay among the rows that have the same value in it.
#}
{% macro follow_merges(accepted, id, merged_into, within=none) -%}
    {%- set key = ([within] if within else []) + [id] -%}
    followed{{ recursive_columns(key + ['canonical_id', 'next_id', 'step_count']) }} as (
        select
            {{ key | join(',\n            ') }},
            {{ id }} as canonical_id,
            {{ merged_into }} as next_id,
            0 as step_count

        from {{ accepted }}

        where {{ merged_into }} is not null

        union all

        select
            followed.{{ key | join(',\n            followed.') }},
            next_rows.{{ id }} as canonical_id,
            next_rows.{{ merged_into }} as next_id,
            followed.step_count + 1 as step_count

        from followed
        inner join {{ accepted }} as next_rows
            on followed.next_id = next_rows.{{ id }}
            {%- if within %}
                and followed.{{ within }} = next_rows.{{ within }}
            {%- endif %}

        where followed.step_count <= 20
    ),

    last_steps as (
        select
            {{ key | join(',\n            ') }},
            max(step_count) as step_count

        from followed

        group by {{ key | join(', ') }}
    ),

    chains as (
        select
            followed.{{ key | join(',\n            followed.') }},
            -- A ring of merges leads nowhere: its members stay themselves.
            case
                when followed.step_count > 20 then followed.{{ id }}
                else followed.canonical_id
            end as canonical_id

        from followed
        inner join last_steps
            on {% for column in key -%}
                {{ 'and ' if not loop.first }}followed.{{ column }} = last_steps.{{ column }}
                {% endfor -%}
                and followed.step_count = last_steps.step_count
    ),

    merged as (
        select
            accepted.{{ key | join(',\n            accepted.') }},
            coalesce(chains.canonical_id, accepted.{{ id }}) as canonical_id

        from {{ accepted }} as accepted
        left join chains
            on {% for column in key -%}
                {{ 'and ' if not loop.first }}accepted.{{ column }} = chains.{{ column }}
                {% endfor %}
    )
{%- endmacro %}
