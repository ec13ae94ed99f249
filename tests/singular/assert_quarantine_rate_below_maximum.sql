-- No raw table has a larger share of quarantined rows than quarantine_rate_max, or, if it has
-- fewer than small_table_row_count rows, quarantine_rate_max_small_table. `quarantine_limits`
-- sets another share for a table, or for a reason in it, which then counts by itself: the rest
-- are rows that were rejected for another reason as well, or only for others.
--
-- One row per reason that adds to a share that is too large, with that share and its limit.

{{ config(store_failures=true) }}

with

raw_tables as (
    select
        source_name,
        table_name,
        sum(raw_row_count) as raw_row_count,
        case
            when sum(raw_row_count) < {{ number_var('small_table_row_count') }}
                then {{ number_var('quarantine_rate_max_small_table') }}
            else {{ number_var('quarantine_rate_max') }}
        end as rate_max

    from {{ ref('active_clients', 'fct_row_dispositions') }}

    group by source_name, table_name
),

rules as (
    select * from {{ ref('active_clients', 'rejection_rules') }}
),

limits as (
    {{ quarantine_limits() }}
),

-- Rows alike are looked at once: they may be millions.
rejections as (
    select
        source_name,
        table_name,
        rejection_reasons,
        count(*) as row_count

    from {{ ref('active_clients', 'fct_quarantined_rows') }}

    group by source_name, table_name, rejection_reasons
),

reasons as (
    select
        rejections.source_name,
        rejections.table_name,
        rejections.rejection_reasons,
        rejections.row_count,
        rules.rejection_rule as reason,
        coalesce(own_limits.rejection_rule, 'all others') as limited_reason,
        cast(
            coalesce(own_limits.rate_max, table_limits.rate_max, raw_tables.rate_max)
            as decimal(12, 6)
        ) as rate_max,
        raw_tables.raw_row_count

    from rejections
    inner join rules
        on {{ dbt.position(
            joined_text(["','", 'rules.rejection_rule', "':'"]),
            joined_text(["','", 'rejections.rejection_reasons'])
        ) }} > 0
    inner join raw_tables
        on rejections.source_name = raw_tables.source_name
            and rejections.table_name = raw_tables.table_name
    left join limits as own_limits
        on rejections.table_name = own_limits.table_name
            and rules.rejection_rule = own_limits.rejection_rule
    left join limits as table_limits
        on rejections.table_name = table_limits.table_name
            and table_limits.rejection_rule is null
),

limited_rejections as (
    select distinct
        source_name,
        table_name,
        rejection_reasons,
        row_count,
        limited_reason

    from reasons
),

limited_counts as (
    select
        source_name,
        table_name,
        limited_reason,
        sum(row_count) as limited_row_count

    from limited_rejections

    group by source_name, table_name, limited_reason
),

reason_counts as (
    select
        source_name,
        table_name,
        limited_reason,
        reason,
        rate_max,
        raw_row_count,
        sum(row_count) as row_count

    from reasons

    group by source_name, table_name, limited_reason, reason, rate_max, raw_row_count
),

final as (
    select
        reason_counts.source_name,
        reason_counts.table_name,
        reason_counts.reason,
        reason_counts.row_count,
        {{ rate('reason_counts.row_count', 'reason_counts.raw_row_count') }} as reason_rate,
        reason_counts.limited_reason,
        {{ rate('limited_counts.limited_row_count', 'reason_counts.raw_row_count') }}
            as quarantine_rate,
        reason_counts.rate_max as quarantine_rate_max

    from reason_counts
    inner join limited_counts
        on reason_counts.source_name = limited_counts.source_name
            and reason_counts.table_name = limited_counts.table_name
            and reason_counts.limited_reason = limited_counts.limited_reason
)

select * from final
where quarantine_rate > quarantine_rate_max
