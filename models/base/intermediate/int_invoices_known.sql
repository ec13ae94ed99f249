-- Grain: one row per delivery of an invoice that was ever accepted, and what it told, with the
-- days [known_from, known_to) on which that was known. One of the first load was open from its
-- issue until it was paid; that it is uncollectible is known since it was loaded.

with

invoices as (
    {{ known_rows(ref('int_invoices_classified'), 'invoices') }}
),

outcomes as (
    select
        *,
        case
            when is_history and invoice_status = 'paid'
                then {{ reporting_date('coalesce(paid_at, issued_at)') }}
            when is_history and invoice_status = 'uncollectible'
                then {{ reporting_date('loaded_at') }}
        end as outcome_date

    from invoices
),

dated as (
    select
        *,
        {{ earlier('outcome_date', reporting_date('loaded_at')) }} as outcome_known_from

    from outcomes

    where outcome_date is not null

    union all

    select
        *,
        known_from as outcome_known_from

    from outcomes

    where outcome_date is null
),

final as (
    select
        invoice_id,
        client_id,
        canonical_client_id,
        exclusion_reason,
        currency_code,
        'open' as invoice_status,
        amount,
        issued_at,
        cast(null as {{ type_utc() }}) as paid_at,
        known_from,
        {{ earlier('outcome_known_from', 'known_to') }} as known_to

    from dated

    where outcome_known_from > known_from

    union all

    select
        invoice_id,
        client_id,
        canonical_client_id,
        exclusion_reason,
        currency_code,
        invoice_status,
        amount,
        issued_at,
        paid_at,
        case
            when outcome_known_from > known_from then outcome_known_from else known_from
        end as known_from,
        known_to

    from dated
)

select * from final
