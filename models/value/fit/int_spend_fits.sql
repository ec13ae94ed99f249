-- Grain: one row per origin: the gamma-gamma model of what a purchase is worth (Fader and
-- Hardie 2013), by maximum likelihood, from clients that came back. It supposes that how much
-- a client spends has nothing to do with how often; `frequency_value_correlation` says so.

with

summaries as (
    select * from {{ ref('active_clients', 'int_purchase_summaries') }}
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
        2 as log_p,
        1 as log_excess,
        ln(cast(mean_value as {{ type_double() }})) as log_mean

    from totals
),

{{ newton_search('searched', 'origin_date', 'start', 'histories', **spend_search()) }},

found as (
    select
        *,
        log_mean + log_excess - log_p as log_v,
        coalesce(gain < 0.00000001, false)
        and log_p > -6 and log_excess > -6 and log_mean > -9 and log_mean < 25
            as is_converged,
        log_p >= 9 or log_excess >= 9 as is_degenerate

    from searched
),

final as (
    select
        totals.origin_date,
        cast(totals.client_count as bigint) as client_count,
        cast(exp(found.log_p) as decimal(18, 6)) as p,
        cast(1 + exp(found.log_excess) as decimal(18, 6)) as q,
        cast(greatest(0.000001, exp(found.log_v)) as decimal(28, 6)) as v,
        cast(found.log_likelihood as decimal(18, 6)) as log_likelihood,
        cast(totals.frequency_value_correlation as decimal(12, 6))
            as frequency_value_correlation,
        found.is_converged,
        found.is_converged and found.is_degenerate as is_degenerate

    from found
    inner join totals
        on found.origin_date = totals.origin_date
)

select * from final
