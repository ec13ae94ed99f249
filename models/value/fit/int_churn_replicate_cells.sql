-- Grain: one row per life table with a chosen model on as_of_date, replicate and term: losses
-- as the model might have had them. The model's expected losses of a cell are moved by a
-- normal draw of their own spread, from a fixed sequence that is the same on every engine.

with

models as (
    select * from {{ ref('active_clients', 'int_survival_models') }}
    where is_chosen
),

origins as (
    select * from {{ ref('active_clients', 'int_clv_origins') }}
    where is_as_of
),

curves as (
    select * from {{ ref('active_clients', 'int_churn_curves') }}
),

cells as (
    select * from {{ ref('active_clients', 'int_survival_cells') }}
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
    where number between 1 and {{ number_var('clv_bootstrap_replicates') }}
),

hazards as (
    select
        life_table_id,
        fitted_model,
        term_number,
        cast(1 - survival / nullif(lag(survival) over (
            partition by life_table_id, fitted_model
            order by term_number
        ), 0) as {{ type_double() }}) as hazard

    from curves
),

drawn as (
    select
        models.life_table_id,
        models.fitted_model,
        numbers.number as replicate_number,
        cells.term_number,
        cells.at_risk_count,
        hazards.hazard,
        sqrt(cells.at_risk_count * hazards.hazard * (1 - hazards.hazard)) as spread,
        {{ pseudo_random('numbers.number', 'cells.term_number', 12.9898) }} as uniform_1,
        {{ pseudo_random('numbers.number', 'cells.term_number', 39.3467) }} as uniform_2

    from models
    inner join origins
        on models.origin_date = origins.origin_date
    inner join cells
        on models.life_table_id = cells.life_table_id
    inner join hazards
        on models.life_table_id = hazards.life_table_id
            and models.fitted_model = hazards.fitted_model
            and cells.term_number = hazards.term_number
    cross join numbers
),

final as (
    select
        life_table_id,
        fitted_model,
        replicate_number,
        {{ joined_text([
            'life_table_id', "'-'", 'cast(replicate_number as ' ~ dbt.type_string() ~ ')'
        ]) }} as replicate_id,
        term_number,
        at_risk_count,
        cast(
            at_risk_count * hazard + spread * cast(
                sqrt(-2 * ln(uniform_1)) * cos(6.283185307179586 * uniform_2) as decimal(9, 6)
            ) as decimal(18, 6)
        ) as drawn_churned_count

    from drawn
)

select * from final
