-- Grain: one row per delivery of an invoice that was ever accepted, and what it told, with the
-- days [known_from, known_to) on which that was known. One of the first load was open from its
-- issue until it was paid; that it is uncollectible is known since it was loaded.

{%- set outcome_date -%}
    case invoice_status
                when 'paid' then {{ reporting_date('coalesce(paid_at, issued_at)') }}
                when 'uncollectible' then {{ reporting_date('loaded_at') }}
            end
{%- endset %}

with

invoices as (
    {{ known_rows(ref('active_clients', 'int_invoices_classified'), 'invoices') }}
),

-- The day on which the outcome became known, where that is later than the rest.
outcomes as (
    select
        *,
        case
            when is_history and {{ outcome_date }} > known_from
                then least({{ outcome_date }}, {{ reporting_date('loaded_at') }})
        end as outcome_known_from

    from invoices
),

steps as (
    select true as tells_of_outcome
    union all
    select false as tells_of_outcome
),

final as (
    select
        outcomes.invoice_id,
        outcomes.client_id,
        outcomes.canonical_client_id,
        outcomes.exclusion_reason,
        outcomes.currency_code,
        case when steps.tells_of_outcome then outcomes.invoice_status else 'open' end
            as invoice_status,
        outcomes.amount,
        outcomes.issued_at,
        case when steps.tells_of_outcome then outcomes.paid_at end as paid_at,
        case
            when steps.tells_of_outcome
                then coalesce(outcomes.outcome_known_from, outcomes.known_from)
            else outcomes.known_from
        end as known_from,
        case
            when steps.tells_of_outcome then outcomes.known_to
            else {{ earlier('outcomes.outcome_known_from', 'outcomes.known_to') }}
        end as known_to

    from outcomes
    cross join steps

    where steps.tells_of_outcome
        or outcomes.outcome_known_from is not null
)

select * from final
