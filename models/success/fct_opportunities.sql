-- Grain: one row per client and kind of opportunity that is open at the end of the last
-- complete week, with what it may be worth: in MRR, or in what MRR that lasts brings.

with

episodes as (
    select * from {{ ref('active_clients', 'int_client_rule_episodes') }}
    where rule_type = 'opportunity' and is_open
),

kinds as (
    select * from {{ ref('active_clients', 'opportunity_kinds') }}
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

lifetime_values as (
    select * from {{ ref('active_clients', 'fct_client_lifetime_value') }}
),

week_facts as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
),

-- What MRR is worth when nobody has said that it ends.
average_values as (
    select
        cast(avg(coalesce(total_clv_amount, historical_clv_amount)) as decimal(24, 4))
            as average_clv_amount,
        coalesce(
            {{ rate(
                "sum(case when mrr_amount > 0 and clv_basis <> 'notice'"
                ~ " then residual_clv_amount end)",
                "sum(case when residual_clv_amount is not null and clv_basis <> 'notice'"
                ~ " then mrr_amount end)"
            ) }},
            12 * {{ number_var('gross_margin_rate') }}
        ) as residual_per_mrr

    from lifetime_values
),

last_payments as (
    select
        client_id,
        mrr_amount as last_mrr_amount,
        row_number() over (partition by client_id order by valid_from desc) as recency

    from client_mrr

    where mrr_amount > 0
),

valued as (
    select
        episodes.*,
        kinds.value_basis,
        kinds.value_factor,
        kinds.success_rate,
        kinds.fresh_days,
        lifetime_values.historical_clv_amount,
        lifetime_values.residual_clv_amount,
        coalesce(case kinds.value_basis
            when 'mrr' then client_mrr.mrr_amount
            when 'residual_clv'
                then coalesce(
                        lifetime_values.residual_clv_amount,
                        cast(client_mrr.mrr_amount as {{ type_double() }})
                        * average_values.residual_per_mrr
                    )
            when 'last_mrr_clv'
                then cast(last_payments.last_mrr_amount as {{ type_double() }})
                    * average_values.residual_per_mrr
            when 'notice_mrr_clv'
                then cast(week_facts.notice_mrr_amount as {{ type_double() }})
                    * average_values.residual_per_mrr
            when 'average_clv' then average_values.average_clv_amount
        end, 0) as basis_value

    from episodes
    inner join kinds
        on episodes.rule_name = kinds.opportunity_kind
    cross join average_values
    left join client_mrr
        on episodes.client_id = client_mrr.client_id
            and {{ is_within('episodes.last_seen_date', 'client_mrr') }}
    left join last_payments
        on episodes.client_id = last_payments.client_id
            and last_payments.recency = 1
    left join lifetime_values
        on episodes.client_id = lifetime_values.client_id
    left join week_facts
        on episodes.client_id = week_facts.client_id
            and episodes.last_seen_date = week_facts.snapshot_date
),

final as (
    select
        -- keys
        client_id,
        rule_name as opportunity_kind,

        -- strings
        evidence_measure,
        value_basis,

        -- numerics
        last_evidence_value as evidence_value,
        {{ float_as_decimal('basis_value', 24, 4) }} as basis_amount,
        cast(success_rate as decimal(9, 6)) as success_rate,
        {{ float_as_decimal(
            'cast(basis_value as ' ~ type_double() ~ ') * value_factor * success_rate', 18, 2
        ) }} as expected_value_amount,
        cast(coalesce(historical_clv_amount, 0) as decimal(24, 4)) as historical_clv_amount,
        cast(residual_clv_amount as decimal(24, 4)) as residual_clv_amount,
        cast({{ dbt.datediff(
            'first_seen_date', 'last_seen_date', 'day'
        ) }} as integer) as open_days,

        -- booleans
        is_reconstructed,
        last_seen_date < {{ add_days('first_seen_date', 'fresh_days') }} as is_fresh,

        -- dates
        first_seen_date,
        last_seen_date as snapshot_date

    from valued
)

select * from final
