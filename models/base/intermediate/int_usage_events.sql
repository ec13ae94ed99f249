-- Grain: one row per activity day, load day, delivered client and user, event name, feature,
-- disposition and rejection reasons. The one model that reads every usage event.
--
-- Incremental by touched days: a day is recomputed whole when a load that has rows in it
-- changed, or when a client it names became known or unknown. Any order of arrival gives
-- the rows of a full refresh.

{{ config(**replace_touched_days()) }}

with

events as (
    select * from {{ ref('stg_product__usage_events') }}
),

clients as (
    select client_id as known_client_id from {{ ref('int_client_identities') }}
),

{% if is_incremental() %}
{{ touched_usage_days('events', 'clients') }},

{% endif %}
judged as (
    select
        events.*,
        clients.known_client_id is not null as is_client_known,
        {{ comma_list([
            'events.invalid_reasons',
            'case when events.client_id is not null and clients.known_client_id is null'
            ~ " then 'unknown_client' end",
        ]) }} as rejection_reasons

    from events
    left join clients
        on events.client_id = clients.known_client_id

    where {{ is_touched('events.activity_date') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                case when rejection_reasons is null then 1 else 0 end,
                activity_date,
                event_id
            order by
                loaded_at, client_id, user_id, event_name, feature, quantity, occurred_at
        ) as delivery_rank

    from judged
),

final as (
    select
        client_id,
        user_id,
        event_name,
        feature,
        case
            when rejection_reasons is not null then 'quarantined'
            when delivery_rank = 1 then 'accepted'
            else 'duplicate'
        end as disposition,
        rejection_reasons,
        count(*) as row_count,
        cast(sum(quantity) as {{ type_ledger_sum() }}) as quantity,
        is_client_known,
        loaded_date,
        activity_date,
        {{ month_start('activity_date') }} as activity_month

    from ranked

    group by
        client_id,
        user_id,
        event_name,
        feature,
        case
            when rejection_reasons is not null then 'quarantined'
            when delivery_rank = 1 then 'accepted'
            else 'duplicate'
        end,
        rejection_reasons,
        is_client_known,
        loaded_date,
        activity_date
)

select * from final
