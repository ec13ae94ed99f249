-- Grain: one row per definition, entity type, entity, window, attribute and span of days
-- [active_from, active_to) on which the entity was active within the window and its client
-- had one value of the attribute.

with

client_spans as (
    select * from {{ ref('int_client_active_spans') }}
),

user_spans as (
    select * from {{ ref('int_user_active_spans') }}
),

user_clients as (
    select * from {{ ref('int_user_clients') }}
),

attribute_spans as (
    select * from {{ ref('int_client_attribute_spans') }}
),

entity_spans as (
    select
        definition_id,
        'client' as entity_type,
        client_id as entity_id,
        client_id,
        window_days,
        active_from,
        active_to

    from client_spans

    union all

    select
        user_spans.definition_id,
        'user' as entity_type,
        user_spans.user_id as entity_id,
        user_clients.client_id,
        user_spans.window_days,
        user_spans.active_from,
        user_spans.active_to

    from user_spans
    inner join user_clients
        on user_spans.user_id = user_clients.user_id
),

final as (
    select
        entity_spans.definition_id,
        entity_spans.entity_type,
        entity_spans.entity_id,
        entity_spans.window_days,
        attribute_spans.attribute,
        attribute_spans.attribute_value,
        greatest(entity_spans.active_from, attribute_spans.valid_from) as active_from,
        least(entity_spans.active_to, attribute_spans.valid_to) as active_to

    from entity_spans
    inner join attribute_spans
        on entity_spans.client_id = attribute_spans.client_id
            and entity_spans.active_from < attribute_spans.valid_to
            and entity_spans.active_to > attribute_spans.valid_from
)

select * from final
