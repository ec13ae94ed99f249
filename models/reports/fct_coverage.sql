-- Grain: one row per mart: how many rows it has, of which days, and where it has none, or parts
-- of it are unknown, why. A mart of a table that is switched off is not built.

{%- set marts = covered_marts() %}

with

loads as (
    select {{ dbt.concat(['source_name', "'.'", 'table_name']) }} as raw_table
    from {{ ref('active_clients', 'int_table_loads') }}
),

counts as (
    {%- for mart in marts %}
    {%- set missing = [] %}
    {%- for raw_table in mart.needs if not is_delivered(raw_table) %}
    {%- do missing.append(raw_table) %}
    {%- endfor %}
    {%- set day = mart.day if mart.day and not missing else 'cast(null as date)' %}
    select
        '{{ mart.mart }}' as mart_name,
        '{{ mart.waits_for }}' as waits_for,
        {{ 0 if missing else 'count(*)' }} as row_count,
        {{ day if missing else 'min(' ~ day ~ ')' }} as first_date,
        {{ day if missing else 'max(' ~ day ~ ')' }} as last_date

    {{ from_nothing() if missing else 'from ' ~ ref('active_clients', mart.mart) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

wanted as (
    {%- for mart in marts %}
    {%- for raw_table in mart.needs + mart.uses %}
    select
        '{{ mart.mart }}' as mart_name,
        '{{ raw_table }}' as raw_table,
        {{ raw_table in mart.needs }} as is_needed,
        {{ is_delivered(raw_table) }} as is_enabled

    union all
    {% endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as mart_name,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        false as is_needed,
        false as is_enabled
),

-- Of several tables that are missing the first by name is told.
missing as (
    select
        wanted.mart_name,
        min(case when wanted.is_needed and not wanted.is_enabled then wanted.raw_table end)
            as needed_off,
        min(case when wanted.is_needed and wanted.is_enabled then wanted.raw_table end)
            as needed_empty,
        min(case when not wanted.is_enabled then wanted.raw_table end) as used_off,
        min(case when wanted.is_enabled then wanted.raw_table end) as used_empty

    from wanted
    left join loads
        on wanted.raw_table = loads.raw_table

    where loads.raw_table is null

    group by wanted.mart_name
),

final as (
    select
        -- keys
        counts.mart_name,

        -- strings
        case
            when counts.row_count = 0 then 'empty'
            when missing.mart_name is not null then 'partial'
            else 'full'
        end as coverage,
        case
            when counts.row_count = 0 and missing.needed_off is not null
                then {{ dbt.concat(["'table off: '", 'missing.needed_off']) }}
            when counts.row_count = 0 and missing.needed_empty is not null
                then {{ dbt.concat(["'no rows: '", 'missing.needed_empty']) }}
            when counts.row_count = 0 and missing.used_empty is not null
                then {{ dbt.concat(["'no rows: '", 'missing.used_empty']) }}
            when counts.row_count = 0 and missing.used_off is not null
                then {{ dbt.concat(["'table off: '", 'missing.used_off']) }}
            when counts.row_count = 0 and counts.waits_for <> ''
                then {{ dbt.concat(["'waits for '", 'counts.waits_for']) }}
            when counts.row_count = 0 then 'nothing of it happened by as_of_date'
            when coalesce(missing.used_off, missing.used_empty) is not null
                then {{ dbt.concat([
                    "'without '", 'coalesce(missing.used_off, missing.used_empty)'
                ]) }}
        end as reason,

        -- numerics
        cast(counts.row_count as bigint) as row_count,

        -- dates
        counts.first_date,
        counts.last_date

    from counts
    left join missing
        on counts.mart_name = missing.mart_name
)

select * from final
