-- Grain: one row per calendar day, from calendar_start_date to before calendar_end_date.

with

digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {%- if not loop.last %} union all{% endif %}
    {%- endfor %}
),

numbers as (
    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as day_number

    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands

    where ten_thousands.digit < 4
),

days as (
    select {{ add_days(date_var('calendar_start_date'), 'day_number') }} as date_day
    from numbers
),

final as (
    select
        date_day,
        {{ week_start('date_day') }} as week_start_date,
        {{ month_start('date_day') }} as month_start_date,
        {{ month_end('date_day') }} as month_end_date,
        cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_date,
        cast({{ dbt.date_trunc('year', 'date_day') }} as date) as year_start_date,
        date_day = {{ month_end('date_day') }} as is_month_end

    from days

    where date_day < {{ date_var('calendar_end_date') }}
)

select * from final
