{#
    CTEs that end in spans: the versions of subscriptions that had begun on an origin, as they
    were known then, of several deliveries the latest that had arrived, with the columns of
    recurring_spans, the origin, and the number of versions that the client was known to begin
    later (coming_count).

    versions           the relation with what was known of versions
    origins            the relation with origin_date and known_until_date
    billing_intervals  the relation with the intervals of a year
#}
{% macro spans_as_known(versions, origins, billing_intervals) -%}
    known as (
        select
            {{ origins }}.origin_date,
            {{ versions }}.*,
            {{ reporting_date(versions ~ '.started_at') }} as started_date,
            max(case
                when {{ reporting_date(versions ~ '.started_at') }} > {{ origins }}.origin_date
                    and {{ versions }}.known_from <= {{ origins }}.origin_date
                    and {{ versions }}.subscription_status <> 'canceled' then 1
                else 0
            end) over (
                partition by {{ origins }}.origin_date, {{ versions }}.canonical_client_id
            ) as coming_count

        from {{ versions }}
        inner join {{ origins }}
            on {{ is_known(versions, origins ~ '.known_until_date') }}
    ),

    begun as (
        select * from known
        where started_date <= origin_date
    ),

    spans as (
        {{ recurring_spans(
            'begun', billing_intervals, keys=['origin_date'], last_day='origin_date'
        ) | indent(8) }}
    )
{%- endmacro %}
