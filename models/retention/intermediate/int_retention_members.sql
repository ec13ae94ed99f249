-- Grain: one row per retention definition, attribute, entity and cohort. The value of the
-- attribute is that of the day of the start action. A user has it from the client they belong
-- to; one that never did a core action belongs to none, and has it from where they started.

with

starts as (
    select * from {{ ref('active_clients', 'int_retention_starts') }}
),

retention_definitions as (
    select * from {{ ref('active_clients', 'retention_definitions') }}
),

user_clients as (
    select
        'user' as entity_type,
        user_id as entity_id,
        client_id

    from {{ ref('active_clients', 'int_user_clients') }}
),

attribute_spans as (
    select * from {{ ref('active_clients', 'int_client_attributes') }}
    where attribute in ({{ cut_attributes() }})
),

final as (
    select
        starts.retention_id,
        starts.entity_id,
        starts.cohort_index,
        'all' as attribute,
        'all' as attribute_value

    from starts

    union all

    select
        starts.retention_id,
        starts.entity_id,
        starts.cohort_index,
        attribute_spans.attribute,
        attribute_spans.attribute_value

    from starts
    inner join retention_definitions
        on starts.retention_id = retention_definitions.retention_id
    left join user_clients
        on retention_definitions.entity_type = user_clients.entity_type
            and starts.entity_id = user_clients.entity_id
    inner join attribute_spans
        on coalesce(user_clients.client_id, starts.start_client_id)
            = attribute_spans.client_id
            and {{ is_within('starts.start_date', 'attribute_spans') }}

    where retention_definitions.is_by_attribute
        and attribute_spans.attribute <> 'all'
)

select * from final
