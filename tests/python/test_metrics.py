"""A metric and the mart column of the same meaning are the same number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from conftest import Built
from metrics import Engine, Question
from query import load_engine, open_published

MONTHS = "period_month >= '2024-01-01'"
PERIODS = "select period_month, {} from marts.fct_client_periods where {} group by 1"
DAYS = (
    "select activity_date, {column} from marts.fct_active_{entity}s_daily"
    " where window_days = {days} and activity_date >= '2025-06-01'"
)
MOVED = (
    "select date_trunc('month', movement_date)::date, sum({sign}mrr_change_amount)"
    " from marts.fct_mrr_movements where movement_type = '{movement}' group by 1"
)
ARPA = "sum(mrr_amount) / sum(is_paying::int)"
CHURN = "sum(is_churned::int) / nullif(sum(was_paying::int), 0)"

# Of each metric: what it is grouped by, and the same numbers read from the marts.
CASES: dict[str, tuple[str, str]] = {
    "active_clients": ("month", PERIODS.format("sum(is_active::int)", MONTHS)),
    "paying_clients": ("month", PERIODS.format("sum(is_paying::int)", MONTHS)),
    "mrr": ("month", PERIODS.format("sum(mrr_amount)", MONTHS)),
    "arr": ("month", PERIODS.format("12 * sum(mrr_amount)", MONTHS)),
    "arpa": ("month", PERIODS.format(ARPA, MONTHS)),
    "opening_clients": ("month", PERIODS.format("sum(was_paying::int)", MONTHS)),
    "churned_clients": ("month", PERIODS.format("sum(is_churned::int)", MONTHS)),
    "logo_churn_rate": ("month", PERIODS.format(CHURN, MONTHS)),
    "base_mrr": ("month", PERIODS.format("sum(base_mrr_amount)", MONTHS)),
    "net_retained_mrr": ("month", PERIODS.format("sum(net_retained_mrr_amount)", MONTHS)),
    "gross_retained_mrr": ("month", PERIODS.format("sum(gross_retained_mrr_amount)", MONTHS)),
    "net_revenue_retention": (
        "month",
        PERIODS.format("sum(net_retained_mrr_amount) / nullif(sum(base_mrr_amount), 0)", MONTHS),
    ),
    "gross_revenue_retention": (
        "month",
        PERIODS.format("sum(gross_retained_mrr_amount) / nullif(sum(base_mrr_amount), 0)", MONTHS),
    ),
    **{
        f"{name}_active_{entity}s": (
            "day",
            DAYS.format(column=f"active_{entity}_count", entity=entity, days=days),
        )
        for entity in ("client", "user")
        for name, days in (("daily", 1), ("weekly", 7), ("monthly", 28))
    },
    **{
        f"{entity}_{name}": ("day", DAYS.format(column=column, entity=entity, days=28))
        for entity in ("client", "user")
        for name, column in (("stickiness", "stickiness_rate"), ("active_days", "active_day_count"))
    },
    **{
        f"{name}_mrr": ("month", MOVED.format(sign=sign, movement=movement))
        for name, sign, movement in (
            ("new", "", "new"),
            ("reactivation", "", "reactivation"),
            ("expansion", "", "expansion"),
            ("contraction", "-", "contraction"),
            ("churned", "-", "churn"),
            ("fx", "", "fx"),
        )
    },
    "net_new_mrr": (
        "month",
        "select date_trunc('month', movement_date)::date, sum(mrr_change_amount)"
        " from marts.fct_mrr_movements group by 1",
    ),
    "quick_ratio": (
        "month",
        "select date_trunc('month', movement_date)::date,"
        " sum(case when movement_type in ('new', 'reactivation', 'expansion')"
        " then mrr_change_amount else 0 end)"
        " / nullif(-sum(case when movement_type in ('contraction', 'churn')"
        " then mrr_change_amount else 0 end), 0) from marts.fct_mrr_movements group by 1",
    ),
    **{
        name: (
            "retention_cell__period_number",
            f"select period_number, {column} from marts.fct_usage_retention"
            " where entity_type = 'client' group by 1",
        )
        for name, column in (
            ("eligible_clients", "sum(eligible_count)"),
            ("retained_clients", "sum(retained_count)"),
            ("usage_retention_rate", "sum(retained_count) / sum(eligible_count)"),
        )
    },
    **{
        name: (
            "client__segment",
            f"select segment, {column} from marts.fct_client_lifetime_value"
            " join marts.dim_clients using (client_id) group by 1",
        )
        for name, column in (
            ("total_historical_clv", "sum(historical_clv_amount)"),
            ("clients_valued", "count(*)"),
            ("historical_clv", "sum(historical_clv_amount) / count(*)"),
        )
    },
    **{
        name: (
            "month",
            "select date_trunc('month', snapshot_date)::date, " + column + " from"
            " (select *, rank() over (partition by date_trunc('month', snapshot_date)"
            " order by snapshot_date desc) as recency from marts." + mart + ")"
            " where recency = 1 group by 1",
        )
        for name, mart, column in (
            ("scored_clients", "fct_client_health", "count(*)"),
            ("healthy_clients", "fct_client_health", "sum((health_band = 'green')::int)"),
            ("unhealthy_clients", "fct_client_health", "sum((health_band = 'red')::int)"),
            ("healthy_client_rate", "fct_client_health", "avg((health_band = 'green')::int)"),
            ("expected_churned_clients", "fct_client_churn_risk", "sum(churn_probability)"),
            ("expected_churned_mrr", "fct_client_churn_risk", "sum(expected_churned_mrr_amount)"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', first_seen_date)::date, {column}"
            " from marts.fct_client_alerts group by 1",
        )
        for name, column in (
            ("alerts", "count(*)"),
            ("open_alerts", "sum(is_open::int)"),
            ("judged_alerts", "count(churned_count)"),
            ("true_alerts", "sum(coalesce(churned_count, 0))"),
            ("alert_precision", "avg(churned_count)"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', {day})::date, {column} from marts.{mart}"
            f" where {condition} group by 1",
        )
        for name, mart, day, column, condition in (
            (
                "judged_clients",
                "fct_health_backtest",
                "origin_date",
                "sum(client_count)",
                "score_name = 'health_score' and origin <> 'all'",
            ),
            (
                "judged_churned_clients",
                "fct_health_backtest",
                "origin_date",
                "sum(churned_count)",
                "score_name = 'health_score' and origin <> 'all'",
            ),
            ("open_opportunities", "fct_opportunities", "snapshot_date", "count(*)", "true"),
            (
                "opportunity_value",
                "fct_opportunities",
                "snapshot_date",
                "sum(expected_value_amount)",
                "true",
            ),
            (
                "due_actions",
                "fct_next_best_actions",
                "snapshot_date",
                "count(*)",
                "action_status = 'due'",
            ),
        )
    },
    **{
        name: (
            "month",
            f"select period_month, {column} from marts.fct_nps where segment = 'all'"
            " and unit_of_count = 'per_response' and survey_purpose = 'relational'",
        )
        for name, column in (
            ("nps_point_sum", "100 * (promoter_count - detractor_count)"),
            ("nps_responses", "response_count"),
            ("net_promoter_score", "100.0 * (promoter_count - detractor_count) / response_count"),
        )
    },
    **{
        name: (
            "month",
            f"select date_trunc('month', sent_date)::date, {column}"
            " from marts.fct_survey_invitations group by 1",
        )
        for name, column in (
            ("delivered_invitations", "sum(is_delivered::int)"),
            ("answered_invitations", "sum(is_answered::int)"),
            ("survey_response_rate", "sum(is_answered::int) / sum(is_delivered::int)"),
        )
    },
    **{
        name: (
            "raw_load__table_name",
            f"select table_name, {column} from marts.fct_row_dispositions group by 1",
        )
        for name, column in (
            ("raw_rows", "sum(raw_row_count)"),
            ("quarantined_rows", "sum(quarantined_row_count)"),
            ("quarantine_rate", "sum(quarantined_row_count) / sum(raw_row_count)"),
        )
    },
}
GRAINS = {"month": "metric_time__month", "day": "metric_time__day"}


@pytest.fixture(scope="module")
def engine(built: Built) -> Engine:
    with open_published(built.published) as connection:
        return load_engine(connection)


def numbers(rows: Iterable[tuple[Any, ...]]) -> dict[str, float]:
    """Value by group; a group without a value is as good as none."""
    return {str(key)[:10]: float(value) for key, value in rows if value is not None}


@pytest.mark.parametrize("metric", CASES)
def test_metric_equals_mart(engine: Engine, built: Built, metric: str) -> None:
    group_by, sql = CASES[metric]
    asked = engine.sql(Question(metrics=[metric], group_by=[GRAINS.get(group_by, group_by)]))
    found = numbers(built.project.rows(asked, built.published))
    expected = numbers(built.project.rows(sql, built.published))
    assert expected
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-6)


def test_every_metric_is_compared(engine: Engine) -> None:
    assert set(engine.metric_names()) == set(CASES)
