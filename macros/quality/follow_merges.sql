{#
    Each id with the id it ended up as, following chains of merges up to 20 long. Only rows
    that were merged are followed: some engines end a recursion after a million rows.
#}
{% macro follow_merges(accepted, id, merged_into) -%}
    followed{{ recursive_columns([id, 'canonical_id', 'next_id', 'step_count']) }} as (
        select
            {{ id }},
            {{ id }} as canonical_id,
            {{ merged_into }} as next_id,
            0 as step_count

        from {{ accepted }}

        where {{ merged_into }} is not null

        union all

        select
            followed.{{ id }},
            next_rows.{{ id }} as canonical_id,
            next_rows.{{ merged_into }} as next_id,
            followed.step_count + 1 as step_count

        from followed
        inner join {{ accepted }} as next_rows
            on followed.next_id = next_rows.{{ id }}

        where followed.step_count <= 20
    ),

    last_steps as (
        select
            {{ id }},
            max(step_count) as step_count

        from followed

        group by {{ id }}
    ),

    chains as (
        select
            followed.{{ id }},
            -- A ring of merges leads nowhere: its members stay themselves.
            case
                when followed.step_count > 20 then followed.{{ id }}
                else followed.canonical_id
            end as canonical_id

        from followed
        inner join last_steps
            on followed.{{ id }} = last_steps.{{ id }}
                and followed.step_count = last_steps.step_count
    ),

    merged as (
        select
            accepted.{{ id }},
            coalesce(chains.canonical_id, accepted.{{ id }}) as canonical_id

        from {{ accepted }} as accepted
        left join chains
            on accepted.{{ id }} = chains.{{ id }}
    )
{%- endmacro %}
