-- Grain: one row per origin, client and spell: days on end with MRR above 0, as known on the
-- origin. A spell keeps the plan and the term it began with, so that neither looks ahead.
-- A term is decided on its last day. Who left in a term that is not over is not counted as
-- lost yet: those who stay in it are not counted either.

with

spans as (
    select * from {{ ref('active_clients', 'int_subscription_spans') }}
),

extended as (
    select
        *,
        max(valid_to) over (
            partition by origin_date, client_id
            order by valid_from, subscription_id, version
            rows between unbounded preceding and 1 preceding
        ) as paid_until_date

    from spans
),

numbered as (
    select
        *,
        sum(
            case when paid_until_date is null or valid_from > paid_until_date then 1 else 0 end
        ) over (
            partition by origin_date, client_id
            order by valid_from, subscription_id, version
            rows between unbounded preceding and current row
        ) as spell_number

    from extended
),

-- Of several subscriptions on the first day the one with most MRR names the spell.
openings as (
    select
        origin_date,
        client_id,
        spell_number,
        plan_id,
        term_months,
        row_number() over (
            partition by origin_date, client_id, spell_number
            order by valid_from asc, mrr_amount desc, subscription_id asc, version asc
        ) as opening_rank

    from numbered
),

spells as (
    select
        origin_date,
        client_id,
        spell_number,
        min(valid_from) as started_date,
        nullif(max(valid_to), {{ never() }}) as ended_date,
        sum(case when valid_to = {{ never() }} then mrr_amount else 0 end) as mrr_amount

    from numbered

    group by origin_date, client_id, spell_number
),

counted as (
    select
        spells.*,
        openings.plan_id,
        openings.term_months,
        {{ terms_elapsed('spells.started_date', 'spells.origin_date', 'openings.term_months') }}
            as decided_term_count,
        1 + {{ terms_elapsed(
            'spells.started_date', add_days('spells.ended_date', -1), 'openings.term_months',
        ) }} as last_term,
        {{ first_observed_term('spells.started_date', 'openings.term_months') }}
            as entry_term

    from spells
    inner join openings
        on spells.origin_date = openings.origin_date
            and spells.client_id = openings.client_id
            and spells.spell_number = openings.spell_number
            and openings.opening_rank = 1
),

final as (
    select
        origin_date,
        client_id,
        cast(spell_number as integer) as spell_number,
        coalesce(plan_id, 'unknown') as plan_id,
        term_months,
        cast(mrr_amount as decimal(18, 4)) as mrr_amount,
        entry_term,
        case when last_term <= decided_term_count then last_term else decided_term_count end
            as observed_term_count,
        coalesce(last_term <= decided_term_count, false) as is_lost,
        ended_date is null as is_open,
        started_date,
        ended_date

    from counted
)

select * from final
