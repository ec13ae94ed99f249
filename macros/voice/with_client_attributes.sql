{#
    The rows of a CTE with what is told apart in every survey figure: the client's segment,
    main plan and tenure on the day of the row, and the user's role. The CTE has client_id,
    user_id and the day's column.
#}
{% macro with_client_attributes(rows, date, clients, plan_spans, users, tenure_bands) -%}
    select
        {{ rows }}.*,
        attribute_clients.segment,
        coalesce(attribute_plans.paid_plan_id, 'none') as paid_plan_id,
        coalesce(attribute_users.user_role, 'unknown') as user_role,
        coalesce(attribute_bands.tenure_band, 'unknown') as tenure_band

    from {{ rows }}
    inner join {{ clients }} as attribute_clients
        on {{ rows }}.client_id = attribute_clients.client_id
    left join {{ plan_spans }} as attribute_plans
        on {{ rows }}.client_id = attribute_plans.client_id
            and {{ is_within(rows ~ '.' ~ date, 'attribute_plans') }}
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
