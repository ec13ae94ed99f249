-- Grain: one row per definition, entity type, window, attribute, value and day on which
-- entities become active within the window, or cease to be. The change of a client's
-- attribute ends its count in one value and begins it in the other.

with

client_spans as (
    select * from {{ ref('active_clients', 'int_client_active_spans') }}
),

user_spans as (
    select * from {{ ref('active_clients', 'int_user_active_spans') }}
),

user_clients as (
    select * from {{ ref('active_clients', 'int_user_clients') }}
),

attribute_spans as (
    select * from {{ ref('active_clients', 'int_client_attributes') }}
    where attribute in ({{ cut_attributes() }})
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

entity_spans as (
    select
        definition_id,
        'client' as entity_type,
        client_id,
        window_days,
        active_from,
        active_to

    from client_spans

    union all

    select
        user_spans.definition_id,
        'user' as entity_type,
        user_clients.client_id,
        user_spans.window_days,
        user_spans.active_from,
        user_spans.active_to

    from user_spans
    inner join user_clients
        on user_spans.user_id = user_clients.user_id
),

spans as (
    select
        entity_spans.definition_id,
        entity_spans.entity_type,
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
),

-- A window can reach beyond the last day that counts, into another value of an attribute.
known_spans as (
    select spans.*
    from spans
    inner join definitions
        on spans.definition_id = definitions.definition_id
            and spans.active_from < {{ or_never('definitions.valid_to') }}
    inner join as_of
        on spans.active_from <= as_of.as_of_date
),

directions as (
    select 1 as direction
    union all
    select -1 as direction
),

changes as (
    select
        known_spans.*,
        directions.direction,
        case
            when directions.direction = 1 then known_spans.active_from
            else known_spans.active_to
        end as change_date

    from known_spans
    cross join directions
),

final as (
    select
        definition_id,
        entity_type,
        window_days,
        attribute,
        attribute_value,
        change_date,
        cast(sum(direction) as bigint) as entity_change

    from changes

    group by definition_id, entity_type, window_days, attribute, attribute_value, change_date
)

select * from final
