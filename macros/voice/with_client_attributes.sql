{#
    The rows of a CTE with what is told apart in every survey figure: the client's segment,
    paid plan and tenure on the day of the row, and the user's role of today. The CTE has client_id,
    user_id and the day's column.
#}
{% macro with_client_attributes(rows, date, clients, versions, users, tenure_bands) -%}
    select
        {{ rows }}.*,
        coalesce(attribute_versions.segment, 'unknown') as segment,
        coalesce(attribute_versions.paid_plan, 'none') as paid_plan_id,
        coalesce(attribute_users.user_role, 'unknown') as user_role,
        coalesce(attribute_bands.tenure_band, 'unknown') as tenure_band

    from {{ rows }}
    inner join {{ clients }} as attribute_clients
        on {{ rows }}.client_id = attribute_clients.client_id
    left join {{ versions }} as attribute_versions
        on {{ rows }}.client_id = attribute_versions.client_id
            and {{ is_within(rows ~ '.' ~ date, 'attribute_versions') }}
    left join {{ users }} as attribute_users
        on {{ rows }}.user_id = attribute_users.user_id
            and attribute_users.disposition = 'accepted'
    left join {{ tenure_bands }} as attribute_bands
        on {{ dbt.datediff(
            'attribute_clients.created_date', rows ~ '.' ~ date, 'day'
        ) }} >= attribute_bands.from_day
            and {{ dbt.datediff(
                'attribute_clients.created_date', rows ~ '.' ~ date, 'day'
            ) }} < coalesce(attribute_bands.to_day, 1000000)
{%- endmacro %}
