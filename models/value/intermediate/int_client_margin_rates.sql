-- Grain: one row per counted client: the share of its revenue that is margin, by the plan of
-- its latest spell, as known on as_of_date, or, without one, by the variable.

with

clients as (
    select client_id
    from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

spells as (
    select
        spells.client_id,
        spells.plan_id,
        row_number() over (
            partition by spells.client_id
            order by spells.spell_number desc
        ) as spell_rank

    from {{ ref('active_clients', 'int_client_spells') }} as spells
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on spells.origin_date = as_of.as_of_date
),

plan_margins as (
    select * from {{ ref('active_clients', 'plan_margins') }}
),

final as (
    select
        clients.client_id,
        {{ margin_rate('plan_margins') }} as gross_margin_rate

    from clients
    left join spells
        on clients.client_id = spells.client_id
            and spells.spell_rank = 1
    left join plan_margins
        on spells.plan_id = plan_margins.plan_id
)

select * from final
