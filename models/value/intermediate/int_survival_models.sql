-- Grain: one row per fitted life table and model of churn (sbg, bdw), with its parameters.
-- The BdW is chosen where it has converged and the likelihood-ratio test says that it fits
-- better (p < 0.05), else the sBG. An sBG without detectable differences between clients is
-- the geometric model: only its mean means anything.

with

life_tables as (
    select * from {{ ref('active_clients', 'int_life_tables') }}
),

sbg_fits as (
    select * from {{ ref('active_clients', 'int_sbg_fits') }}
),

bdw_fits as (
    select * from {{ ref('active_clients', 'int_bdw_fits') }}
),

fits as (
    select
        sbg_fits.life_table_id,
        'sbg' as fitted_model,
        2 as parameter_count,
        sbg_fits.mean_logit,
        sbg_fits.log_size,
        cast(0 as decimal(18, 8)) as log_shape,
        sbg_fits.log_likelihood,
        sbg_fits.is_converged or sbg_fits.is_degenerate as is_converged,
        sbg_fits.is_degenerate,
        cast(null as {{ type_double() }}) as likelihood_ratio

    from sbg_fits

    union all

    select
        bdw_fits.life_table_id,
        'bdw' as fitted_model,
        3 as parameter_count,
        bdw_fits.mean_logit,
        bdw_fits.log_size,
        bdw_fits.log_shape,
        bdw_fits.log_likelihood,
        bdw_fits.is_converged,
        bdw_fits.is_degenerate,
        cast(
            2 * {{ widened('bdw_fits.log_likelihood - sbg_fits.log_likelihood', 6) }}
            as {{ type_double() }}
        ) as likelihood_ratio

    from bdw_fits
    inner join sbg_fits
        on bdw_fits.life_table_id = sbg_fits.life_table_id
),

tested as (
    select
        *,
        cast(case when likelihood_ratio is not null
                then {{ chi_square_tail('likelihood_ratio') }}
        end as decimal(12, 6)) as p_value,
        exp(cast(log_size as {{ type_double() }})) as size,
        1 / (1 + exp(-cast(mean_logit as {{ type_double() }}))) as mean_churn

    from fits
),

judged as (
    select
        *,
        max(case
            when fitted_model = 'bdw' and is_converged and not is_degenerate and p_value < 0.05
                then 1
            else 0
        end) over (partition by life_table_id) as is_bdw_better

    from tested
),

final as (
    select
        life_tables.life_table_id,
        life_tables.origin_date,
        life_tables.spell_scope,
        life_tables.preference,
        life_tables.segmentation,
        life_tables.segment,
        life_tables.term_months,
        life_tables.spell_count,
        life_tables.decided_term_count,
        life_tables.churned_count,
        life_tables.last_term,
        life_tables.is_large_enough,
        judged.fitted_model,
        case when judged.fitted_model = 'sbg' and judged.is_degenerate then 'geometric'
            else judged.fitted_model
        end as churn_model,
        judged.parameter_count,
        cast(judged.mean_churn * judged.size as decimal(18, 6)) as alpha,
        cast((1 - judged.mean_churn) * judged.size as decimal(18, 6)) as beta,
        cast(exp(cast(judged.log_shape as {{ type_double() }})) as decimal(18, 6)) as shape,
        cast(judged.mean_churn as decimal(12, 6)) as mean_churn_rate,
        cast(1 / (judged.size + 1) as decimal(12, 6)) as polarization,
        judged.mean_logit,
        judged.log_size,
        judged.log_shape,
        judged.log_likelihood,
        cast(judged.likelihood_ratio as decimal(18, 6)) as likelihood_ratio,
        judged.p_value,
        judged.is_converged,
        judged.is_degenerate,
        judged.is_converged
        and (judged.fitted_model = 'bdw') = (judged.is_bdw_better = 1) as is_chosen

    from judged
    inner join life_tables
        on judged.life_table_id = life_tables.life_table_id
)

select * from final
