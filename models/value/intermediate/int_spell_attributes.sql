-- Grain: one row per origin and spell of a contractual client, with the attributes by which
-- life tables are cut. The plan is that of the spell's first day; the client's attributes are
-- those of today, since the source keeps no others.

with

spells as (
    select * from {{ ref('active_clients', 'int_client_spells') }}
),

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where relationship_type = 'contractual'
),

final as (
    select
        spells.origin_date,
        spells.client_id,
        spells.spell_number,
        {{ comparable_text('spells.plan_id') }} as plan,
        {{ comparable_text('clients.segment') }} as segment,
        {{ comparable_text('clients.industry') }} as industry,
        {{ comparable_text('clients.country_code') }} as country_code,
        {{ comparable_text('clients.acquisition_channel') }} as acquisition_channel,
        'all' as all_clients,
        spells.term_months,
        spells.mrr_amount,
        spells.entry_term,
        spells.observed_term_count,
        spells.is_lost,
        spells.is_open,
        spells.started_date,
        spells.ended_date

    from spells
    inner join clients
        on spells.client_id = clients.client_id
)

select * from final
