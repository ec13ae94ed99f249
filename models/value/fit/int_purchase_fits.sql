-- Grain: one row per origin and model of purchases: BG/NBD (Fader, Hardie and Lee 2005) and
-- MBG/NBD (Batislam, Denizel and Filiztekin 2007), by maximum likelihood. Clients buy at their
-- own rates (gamma: r, alpha) until they drop out, with their own probability (beta: a, b),
-- after a purchase; in the MBG/NBD also right after the first one, at `shift` 1.

with

summaries as (
    select * from {{ ref('active_clients', 'int_purchase_summaries') }}
),

models as (
    select 'bg_nbd' as purchase_model, 0 as shift
    union all
    select 'mbg_nbd' as purchase_model, 1 as shift
),

totals as (
    select
        origin_date,
        cast(origin_date as {{ dbt.type_string() }}) as origin_text,
        count(*) as client_count,
        sum(repeat_count) as repeat_count,
        sum(age_days) as age_days

    from summaries

    group by origin_date

    having count(*) >= {{ number_var('clv_segment_min_clients') }}
        and sum(repeat_count) > 0
),

searches as (
    select
        totals.*,
        models.purchase_model,
        models.shift,
        {{ joined_text(['totals.origin_text', "'-'", 'models.purchase_model']) }} as search_id

    from totals
    cross join models
),

histories as (
    select
        searches.search_id,
        searches.shift,
        cast(summaries.repeat_count as {{ type_double() }}) as x,
        cast(summaries.recency_days as {{ type_double() }}) / 7 as recency,
        cast(summaries.age_days as {{ type_double() }}) / 7 as age,
        count(*) as clients

    from searches
    inner join summaries
        on searches.origin_date = summaries.origin_date

    group by
        searches.search_id, searches.shift, summaries.repeat_count, summaries.recency_days,
        summaries.age_days
),

start as (
    select
        search_id,
        0 as log_r,
        ln(7 * cast(repeat_count as {{ type_double() }}) / age_days) + 0.5 as log_rate,
        -2 as mean_logit,
        1 as log_size

    from searches
),

{{ newton_search('searched', 'search_id', 'start', 'histories', **purchase_search()) }},

found as (
    select
        *,
        log_r - log_rate as log_alpha,
        log_size - ln(1 + exp(-mean_logit)) as log_a,
        log_size - ln(1 + exp(mean_logit)) as log_b,
        coalesce(gain < 0.00000001, false)
        and log_r > -9 and log_rate > -12 and log_rate < 3 and mean_logit < 9 as is_converged,
        log_r >= 9 or mean_logit <= -9 or log_size >= 9 or log_size <= -4 as is_degenerate

    from searched
),

final as (
    select
        searches.origin_date,
        searches.purchase_model,
        searches.shift,
        cast(searches.client_count as bigint) as client_count,
        cast(searches.repeat_count as bigint) as repeat_count,
        {%- for name in ['r', 'alpha', 'a', 'b'] %}
        cast(greatest(0.000001, exp(found.log_{{ name }})) as decimal(18, 6)) as {{ name }},
        {%- endfor %}
        cast(found.log_likelihood as decimal(18, 6)) as log_likelihood,
        found.is_converged,
        found.is_converged and found.is_degenerate as is_degenerate

    from found
    inner join searches
        on found.search_id = searches.search_id
)

select * from final
