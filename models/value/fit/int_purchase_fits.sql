-- Grain: one row per origin and model of purchases: BG/NBD (Fader, Hardie and Lee 2005) and
-- MBG/NBD (Batislam, Denizel and Filiztekin 2007), by maximum likelihood. Clients buy at their
-- own rates (gamma: r, alpha) until they drop out, with their own probability (beta: a, b),
-- after a purchase; in the MBG/NBD also right after the first one, at `shift` 1.

with

summaries as (
    select * from {{ ref('int_purchase_summaries') }}
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
        -0.5 as log_r,
        ln(cast(age_days as {{ type_double() }}) / client_count / 28 + 0.5) as log_alpha,
        0 as log_a,
        0.5 as log_b

    from searches
),

{{ pattern_search(
    name='searched',
    key='search_id',
    start='start',
    data='histories',
    parameters=purchase_parameters(),
    derived=purchase_derived(),
    observed=['shift', 'x', 'recency', 'age', 'clients'],
    steps=purchase_likelihood_steps(),
    log_likelihood=purchase_log_likelihood(),
    reach=1,
    rounds=44,
    shrink=0.5,
) }},

final as (
    select
        searches.origin_date,
        searches.purchase_model,
        searches.shift,
        cast(searches.client_count as bigint) as client_count,
        cast(searches.repeat_count as bigint) as repeat_count,
        {%- for name in ['r', 'alpha', 'a', 'b'] %}
        cast(exp(searched.log_{{ name }}) as decimal(18, 6)) as {{ name }},
        {%- endfor %}
        cast(searched.log_likelihood as decimal(18, 6)) as log_likelihood,
        searched.scale < 0.0001
        and abs(searched.log_r) < 8 and searched.log_alpha < 12
        and abs(searched.log_a) < 8 and abs(searched.log_b) < 8 as is_converged

    from searched
    inner join searches
        on searched.search_id = searches.search_id
)

select * from final
