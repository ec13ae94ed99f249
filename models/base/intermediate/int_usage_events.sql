-- Grain: one row per activity day, load day, delivered client and user, event name, feature,
-- disposition and rejection reasons. It reads the usage events whose day is counted anew.
--
-- Incremental by touched days: a day is counted anew, whole, when what is delivered of it is
-- not what was counted, when the rules are other ones (`fingerprint`), or when a client it
-- names became known or unknown. Any history of loads, variables and seeds gives the rows of a
-- full refresh.

{{ config(
    pre_hook="{{ say_what_is_recounted(ref('active_clients', 'int_usage_load_days')) }}",
    post_hook="{{ forget_emptied_days(ref('active_clients', 'int_usage_load_days')) }}",
    **replace_touched_days()
) }}

-- The text of the rules by which an event is judged and counted is their fingerprint.
{%- set rules %}
judged as (
    select
        events.*,
        clients.known_client_id is not null as is_client_known,
        {{ usage_checksum() }} as content_checksum,
        {{ comma_list([
            'events.invalid_reasons',
            'case when events.client_id is not null and clients.known_client_id is null'
            ~ " then 'unknown_client:client_id' end",
        ]) }} as rejection_reasons

    from events
    left join clients
        on events.client_id = clients.known_client_id
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

disposed as (
    select
        *,
        case
            when rejection_reasons is not null then 'quarantined'
            when delivery_rank = 1 then 'accepted'
            else 'duplicate'
        end as disposition

    from ranked
),

counts as (
    select
        client_id,
        user_id,
        event_name,
        feature,
        disposition,
        rejection_reasons,
        count(*) as row_count,
        cast(sum(quantity) as {{ type_ledger_sum() }}) as quantity,
        cast(sum(content_checksum) as bigint) as content_checksum,
        is_client_known,
        loaded_date,
        loaded_utc_date,
        activity_date,
        {{ month_start('activity_date') }} as activity_month

    from disposed

    group by
        client_id,
        user_id,
        event_name,
        feature,
        disposition,
        rejection_reasons,
        is_client_known,
        loaded_date,
        loaded_utc_date,
        activity_date
),
{% endset %}
{%- set fingerprint = rules_fingerprint(rules) %}

with

clients as (
    select client_id as known_client_id
    from {{ ref('active_clients', 'int_client_identities') }}
),

{% if can_continue() %}
{{ touched_usage_days(ref('active_clients', 'int_usage_load_days'), 'clients', fingerprint) }},

{% endif %}
events as (
    select * from {{ ref('active_clients', 'stg_product__usage_events') }}
    where {{ is_touched('activity_date') }}
),

{{ rules }}
final as (
    select
        client_id,
        user_id,
        event_name,
        feature,
        disposition,
        rejection_reasons,
        row_count,
        quantity,
        content_checksum,
        {{ fingerprint }} as fingerprint,
        is_client_known,
        loaded_date,
        loaded_utc_date,
        activity_date,
        activity_month

    from counts
    {%- if can_continue() %}

    union all

    select
        kept.client_id,
        kept.user_id,
        kept.event_name,
        kept.feature,
        kept.disposition,
        kept.rejection_reasons,
        kept.row_count,
        kept.quantity,
        kept.content_checksum,
        kept.fingerprint,
        kept.is_client_known,
        kept.loaded_date,
        kept.loaded_utc_date,
        kept.activity_date,
        kept.activity_month

    from {{ this }} as kept
    inner join kept_loads
        on kept.loaded_utc_date = kept_loads.loaded_utc_date

    where {{ is_touched('kept.activity_date') }}
    {%- endif %}
)

select * from final
