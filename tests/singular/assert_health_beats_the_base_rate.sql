-- A score with enough outcomes orders clients better than chance, and a probability errs less
-- than the base rate, for certain. If it does not, nobody should act on it: a warning, since it
-- is the data that decide.

{{ config(severity='warn') }}

with

backtest as (
    select * from {{ ref('active_clients', 'fct_health_backtest') }}
    where origin = 'all' and is_sufficient
)

select
    score_name,
    auc,
    auc_lower,
    brier_skill,
    brier_skill_lower

from backtest

where score_name in ('health_score', 'churn_probability')
    and (
        not is_better_than_chance
        or score_name = 'churn_probability' and not beats_base_rate
    )
