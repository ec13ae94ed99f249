-- Grain: one row per origin: the gamma-gamma model of what a purchase is worth (Fader and
-- Hardie 2013), by maximum likelihood, from clients that came back. It supposes that how much
-- a client spends has nothing to do with how often; `frequency_value_correlation` says so.

with

summaries as (
    select * from {{ ref('int_purchase_summaries') }}
    where repeat_count > 0
        and repeat_value_amount > 0
),

totals as (
    select
        origin_date,
        count(*) as client_count,
        avg(repeat_value_amount) as mean_value,
        {{ correlation('repeat_count', 'repeat_value_amount') }} as frequency_value_correlation

    from summaries

    group by origin_date

    having count(*) >= {{ number_var('clv_segment_min_clients') }}
),

histories as (
    select
        origin_date,
        cast(repeat_count as {{ type_double() }}) as x,
        cast(repeat_value_amount as {{ type_double() }}) as m

    from summaries
),

start as (
    select
        origin_date,
        1 as log_p,
        1 as log_excess,
        ln(cast(mean_value as {{ type_double() }})) as log_v

    from totals
),

{{ pattern_search(
    name='searched',
    key='origin_date',
    start='start',
    data='histories',
    reach=1,
    rounds=44,
    shrink=0.5,
    **spend_likelihood()
) }},

final as (
    select
        totals.origin_date,
        cast(totals.client_count as bigint) as client_count,
        cast(exp(searched.log_p) as decimal(18, 6)) as p,
        cast(1 + exp(searched.log_excess) as decimal(18, 6)) as q,
        cast(exp(searched.log_v) as decimal(18, 6)) as v,
        cast(searched.log_likelihood as decimal(18, 6)) as log_likelihood,
        cast(totals.frequency_value_correlation as decimal(12, 6))
            as frequency_value_correlation,
        searched.scale < 0.0001
        and abs(searched.log_p) < 5.9 and searched.log_excess between -5.9 and 8.9
            as is_converged

    from searched
    inner join totals
        on searched.origin_date = totals.origin_date
)

select * from final
