-- Grain: one row per score and origin week: the counts and sums that say how well the score
-- foretold who churned. Sums over origins are those of all of them.

with

risks as (
    select * from {{ ref('active_clients', 'int_client_risks') }}
),

-- Equal risks share their places: the mean rank, and the part of the top tenth they fill.
ranked as (
    select
        *,
        rank() over (partition by score_name, week_index order by risk)
        + (count(*) over (partition by score_name, week_index, risk) - 1) / 2.0 as mean_rank,
        rank() over (partition by score_name, week_index order by risk desc) - 1
            as higher_count,
        count(*) over (partition by score_name, week_index, risk) as tied_count,
        ceil(count(*) over (partition by score_name, week_index) / 10.0) as top_count,
        case
            when probability is not null then ln(greatest(0.000001, least(0.999999, case
                    when churned_count = 1 then probability else 1 - probability
                end)))
        end as log_likelihood

    from risks
),

placed as (
    select
        *,
        cast(least(1, greatest(
            0, (top_count - higher_count) / cast(tied_count as {{ type_double() }})
        )) as decimal(18, 9)) as top_share

    from ranked
),

counted as (
    select
        score_name,
        week_index,
        snapshot_date,
        count(*) as client_count,
        sum(case when is_reconstructed then 1 else 0 end) as reconstructed_count,
        sum(churned_count) as churned_count,
        count(*) - sum(churned_count) as kept_count,
        sum(case when churned_count = 1 then mean_rank else 0 end) as rank_sum,
        max(top_count) as top_count,
        sum(churned_count * {{ widened('top_share', 9) }}) as top_churned_count,
        sum(coalesce(lead_days, 0) * {{ widened('top_share', 9) }}) as top_lead_days,
        count(probability) as probability_count,
        sum(probability) as probability_sum,
        sum(case when probability is not null then churned_count end)
            as judged_churned_count,
        sum(cast(
            {{ squared('probability - churned_count', 6) }} as decimal(18, 12)
        )) as squared_error,
        -- The base rate of the first weeks is not known: skill is over those that have both.
        sum(case when probability is not null and base_probability is not null then 1 end)
            as compared_count,
        sum(case when base_probability is not null then cast(
                    {{ squared('probability - churned_count', 6) }} as decimal(18, 12)
                )
        end) as compared_squared_error,
        sum(case when probability is not null then cast(
                    {{ squared('base_probability - churned_count', 6) }} as decimal(18, 12)
                )
        end) as base_squared_error,
        sum(cast(log_likelihood as decimal(18, 12))) as log_likelihood

    from placed

    group by score_name, week_index, snapshot_date
),

paired as (
    select
        *,
        churned_count * kept_count as pair_count,
        cast(rank_sum - churned_count * (churned_count + 1) / 2.0 as decimal(18, 4))
            as concordant_count

    from counted
),

-- The variance of the area of one origin, after Hanley and McNeil (1982).
areas as (
    select
        *,
        cast(concordant_count as {{ type_double() }}) / nullif(pair_count, 0) as area

    from paired
),

final as (
    select
        score_name,
        week_index,
        client_count,
        reconstructed_count,
        churned_count,
        pair_count,
        concordant_count,
        cast(pair_count * (
            area * (1 - area)
            + (churned_count - 1) * (area / (2 - area) - area * area)
            + (kept_count - 1) * (2 * area * area / (1 + area) - area * area)
        ) as decimal(28, 9)) as concordant_variance,
        top_count,
        top_churned_count,
        top_lead_days,
        probability_count,
        probability_sum,
        judged_churned_count,
        squared_error,
        compared_count,
        compared_squared_error,
        base_squared_error,
        log_likelihood,
        snapshot_date

    from areas
)

select * from final
