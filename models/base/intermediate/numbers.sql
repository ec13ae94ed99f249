-- Grain: one row per whole number from 0 to 9999.

with

digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit
    {%- if not loop.last %} union all{% endif %}
    {%- endfor %}
),

final as (
    select
        cast(
            ones.digit
            + 10 * tens.digit
            + 100 * hundreds.digit
            + 1000 * thousands.digit as integer
        ) as number

    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
)

select * from final
