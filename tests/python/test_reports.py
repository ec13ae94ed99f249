"""The reports are the marts' and metrics' numbers, and dragging a column gives no wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from active_clients.metrics import Question
from active_clients.query import load_engine, open_published
from conftest import Built
from test_project import models, parsed_manifest

MARTS = "select {} from marts.{}"
OF_LIFECYCLE = (
    "select count(*) from marts.fct_lifecycle where lifecycle_status = '{}'"
    " and is_default_definition and entity_type = 'client' and period_grain = 'month'"
)
MOVED = "select sum(mrr_change_amount) from marts.fct_mrr_movements where movement_type = '{}'"
MRR_ON = (
    "select sum(mrr_amount) from marts.fct_client_mrr where valid_from <= date '{0}'"
    " and coalesce(valid_to > date '{0}', true)"
)
ANSWERS = "select count(*) from marts.fct_survey_responses where survey_type = '{}'"

# Of each column that adds up over all rows: the same sum from facts.
TOTALS = {
    "rpt_months": {
        "new_active_client_count": OF_LIFECYCLE.format("new"),
        "resurrected_client_count": OF_LIFECYCLE.format("resurrected"),
        "dormant_client_count": OF_LIFECYCLE.format("dormant"),
        "churned_client_count": MARTS.format(
            "sum(is_churned::int)", "fct_client_openings where period_grain = 'month'"
        ),
        **{
            f"{column}_mrr_amount": MOVED.format(movement)
            for column, movement in (
                ("new", "new"),
                ("reactivation", "reactivation"),
                ("expansion", "expansion"),
                ("contraction", "contraction"),
                ("churned", "churn"),
                ("fx", "fx"),
            )
        },
        "csat_response_count": ANSWERS.format("csat"),
        "opened_ticket_count": MARTS.format("count(opened_date)", "fct_tickets"),
        "resolved_ticket_count": MARTS.format("count(resolved_date)", "fct_tickets"),
    },
    "rpt_voice_months": {
        "csat_response_count": ANSWERS.format("csat"),
        "ces_response_count": ANSWERS.format("ces"),
        "invitation_count": MARTS.format("sum(is_delivered::int)", "fct_survey_invitations"),
        "unhappy_response_count": MARTS.format("sum(is_unhappy::int)", "fct_survey_responses"),
        "acknowledged_response_count": MARTS.format("count(touchpoint_id)", "fct_feedback_loop"),
        "open_response_count": MARTS.format("count(*)", "fct_feedback_loop where is_open"),
        "opened_ticket_count": MARTS.format("count(opened_date)", "fct_tickets"),
        "resolved_ticket_count": MARTS.format("count(resolved_date)", "fct_tickets"),
    },
    "rpt_clients": {
        "mrr_amount": MRR_ON.format("2025-06-30"),
        "mrr_change_amount": f"select ({MRR_ON.format('2025-06-30')})"
        f" - ({MRR_ON.format('2025-03-31')})",
        "active_user_count": MARTS.format(
            "active_user_count",
            "fct_active_users_daily where activity_date = '2025-06-30' and window_days = 28"
            " and attribute = 'all' and is_default_definition",
        ),
        "at_risk_mrr_amount": MARTS.format(
            "sum(at_risk_mrr_amount)", "fct_client_churn_risk where snapshot_date = '2025-06-29'"
        ),
        "notice_mrr_amount": MARTS.format("sum(lost_mrr_amount)", "fct_contracted_losses"),
        "open_ticket_count": MARTS.format("count(*)", "fct_tickets where resolved_date is null"),
        "historical_clv_amount": MARTS.format(
            "sum(historical_clv_amount)", "fct_client_lifetime_value"
        ),
        "residual_clv_amount": MARTS.format(
            "sum(residual_clv_amount)", "fct_client_lifetime_value"
        ),
    },
    "rpt_lifetime_value": {
        column: MARTS.format(
            f"sum({column})", "fct_client_lifetime_value where revenue_amount <> 0"
        )
        for column in (
            "revenue_amount",
            "historical_clv_amount",
            "residual_clv_amount",
            "total_clv_amount",
            "acquisition_cost_amount",
        )
    },
}

ACTIVE = (
    "select activity_date, active_{entity}_count from marts.fct_active_{entity}s_daily"
    " where window_days = {days} and attribute = 'all' and is_default_definition"
)
CURVE = (
    "select period_number, {} from marts.fct_usage_retention_curve"
    " where retention_id = 'client_month' and retention_method = 'on' and attribute = 'all'"
)
COHORTS = (
    "select period_number, sum({}) from marts.fct_revenue_retention"
    " where retention_type = 'cohort' and reactivation_policy = 'counted' group by 1"
)
# Of each column that adds up within something: within what, and the same sums from marts.
SUMS = {
    "rpt_actives_by_attribute": (
        "activity_date",
        {
            f"{window}_active_{entity}_count": ACTIVE.format(entity=entity, days=days)
            for window, days in (("daily", 1), ("weekly", 7), ("monthly", 28))
            for entity in ("client", "user")
        },
    ),
    "rpt_retention": (
        "period_number",
        {
            "cohort_client_count": CURVE.format("eligible_count"),
            "retained_client_count": CURVE.format("retained_count"),
        },
    ),
    "rpt_revenue_retention": (
        "period_number",
        {
            column: COHORTS.format(column)
            for column in (
                "base_client_count",
                "retained_client_count",
                "base_mrr_amount",
                "gross_retained_mrr_amount",
                "net_retained_mrr_amount",
            )
        },
    ),
    "rpt_mrr_bridge": (
        "case when not is_total then step end",
        {
            "mrr_amount": "select case movement_type when 'fx' then 'Exchange rates'"
            " else upper(movement_type[1]) || movement_type[2:] end, sum(mrr_change_amount)"
            " from marts.fct_mrr_movements group by 1"
        },
    ),
}

# Of the columns of a month: the metric, and whether it has the other sign.
METRICS = {
    "active_client_count": ("active_clients", 1),
    "active_user_count": ("monthly_active_users", 1),
    "user_stickiness_rate": ("user_stickiness", 1),
    "new_active_client_count": ("new_active_clients", 1),
    "retained_active_client_count": ("retained_active_clients", 1),
    "resurrected_client_count": ("resurrected_clients", 1),
    "dormant_client_count": ("dormant_clients", 1),
    "paying_client_count": ("paying_clients", 1),
    "opening_client_count": ("opening_clients", 1),
    "churned_client_count": ("churned_clients", 1),
    "logo_churn_rate": ("logo_churn_rate", 1),
    "opening_mrr_amount": ("opening_mrr", 1),
    "new_mrr_amount": ("new_mrr", 1),
    "reactivation_mrr_amount": ("reactivation_mrr", 1),
    "expansion_mrr_amount": ("expansion_mrr", 1),
    "contraction_mrr_amount": ("contraction_mrr", -1),
    "churned_mrr_amount": ("churned_mrr", -1),
    "fx_mrr_amount": ("fx_mrr", 1),
    "closing_mrr_amount": ("mrr", 1),
    "arr_amount": ("arr", 1),
    "arpa_amount": ("arpa", 1),
    "net_retention_rate": ("net_revenue_retention", 1),
    "gross_retention_rate": ("gross_revenue_retention", 1),
    "at_risk_mrr_amount": ("at_risk_mrr", 1),
    "ticket_backlog_count": ("ticket_backlog", 1),
    "opened_ticket_count": ("tickets", 1),
    "first_response_sla_rate": ("first_response_sla_rate", 1),
}


def reports() -> dict[str, dict[str, Any]]:
    return {name: node for name, node in models().items() if name.startswith("rpt_")}


def meta(report: str, column: str) -> dict[str, Any]:
    said: dict[str, Any] = reports()[report]["columns"][column]["config"]["meta"]
    return said


def columns_that_add_up(within: bool) -> dict[str, list[str]]:
    """By report; over all rows, or within something."""
    found: dict[str, list[str]] = {}
    for report, node in reports().items():
        for column in node["columns"]:
            how = meta(report, column).get("adds_up")
            if how and (how != "always") == within:
                found.setdefault(report, []).append(column)
    return found


def test_every_column_says_how_it_is_shown() -> None:
    formats = {"integer", "money", "percent", "score", "date", "month"}
    for report, node in reports().items():
        labels = [meta(report, column)["label"] for column in node["columns"]]
        assert len(set(labels)) == len(labels), report
        for column, said in node["columns"].items():
            shown = meta(report, column).get("format")
            assert shown in formats or (
                shown is None and said["data_type"] in {"text", "boolean"}
            ), (report, column)


def test_no_share_score_or_bound_adds_up() -> None:
    shares = [
        (report, column)
        for report, columns in columns_that_add_up(within=False).items()
        for column in columns
        if meta(report, column)["format"] in {"percent", "score"}
        or column.endswith(("_lower", "_upper", "_lower_amount", "_upper_amount"))
    ]
    assert shares == []


@pytest.mark.parametrize("report", sorted(TOTALS))
def test_a_column_that_adds_up_gives_the_total(built: Built, report: str) -> None:
    totals = TOTALS[report]
    assert sorted(totals) == sorted(columns_that_add_up(within=False)[report])
    for column, sql in totals.items():
        (found,) = built.project.rows(f"select sum({column}) from marts.{report}")
        (expected,) = built.project.rows(sql)
        assert found == expected, column
        assert found[0], column


@pytest.mark.parametrize("report", sorted(SUMS))
def test_a_column_that_adds_up_within_something_does(built: Built, report: str) -> None:
    within, sums = SUMS[report]
    assert sorted(sums) == sorted(columns_that_add_up(within=True)[report])
    for column, sql in sums.items():
        found = dict(
            built.project.rows(f"select {within}, sum({column}) from marts.{report} group by 1")
        )
        found.pop(None, None)
        expected = {key: value for key, value in built.project.rows(sql) if key in found}
        assert found == expected, column
        assert sum(found.values()) != 0, column


def test_all_columns_that_add_up_are_dragged() -> None:
    assert columns_that_add_up(within=False).keys() == TOTALS.keys()
    assert columns_that_add_up(within=True).keys() == SUMS.keys()


def test_at_its_grain_a_column_is_itself(built: Built) -> None:
    """Sum, mean and value are the same where each group is one row."""
    tests = [n for n in parsed_manifest()["nodes"].values() if n["resource_type"] == "test"]
    for report in reports():
        (test,) = [t for t in tests if t["name"] == f"{report}__has_grain"]
        grain = ", ".join(test["test_metadata"]["kwargs"]["columns"])
        more = built.project.rows(
            f"select {grain} from marts.{report} group by {grain} having count(*) > 1"
        )
        assert more == [], report


def test_the_number_of_a_month_is_that_of_its_metric(built: Built) -> None:
    """Where a metric leaves a month out, the report has nothing or 0."""
    with open_published(built.published) as connection:
        engine = load_engine(connection)
        for column, (metric, sign) in METRICS.items():
            question = Question([metric], ["metric_time__month"])
            said = {
                month.date() if hasattr(month, "date") else month: value
                for month, value in connection.execute(engine.sql(question)).fetchall()
            }
            months = connection.execute(
                f"select period_month, {column} from marts.rpt_months where is_complete"
            ).fetchall()
            compared = 0
            for month, value in months:
                expected = said.get(month)
                if not value or not expected:
                    assert not value, (column, month)
                    assert not expected, (column, month)
                else:
                    assert float(value) == pytest.approx(sign * float(expected), abs=1e-4), (
                        column,
                        month,
                    )
                    compared += 1
            assert compared > 3, column


def test_the_nps_of_a_month_is_that_of_the_latest_answers(built: Built) -> None:
    """Of each respondent the last within 90 days; shown from ten on. The metric is per answer."""
    found = built.project.rows(
        "select period_month, nps_response_count, nps from marts.rpt_months"
        " where nps_response_count > 0 order by 1"
    )
    expected = built.project.rows(
        """
        with latest as (
            select months.period_month, responses.score
            from marts.rpt_months as months
            inner join marts.fct_survey_responses as responses
                on responses.responded_date <= months.period_end_date
                and responses.responded_date > months.period_end_date - 90
            where survey_type = 'nps' and survey_purpose = 'relational'
            qualify row_number() over (
                partition by months.period_month, respondent_id
                order by responded_at desc, response_id desc
            ) = 1
        )
        select
            period_month,
            count(*),
            case when count(*) >= 10 then round(
                100.0 * sum((score >= 9)::int - (score <= 6)::int) / count(*), 4
            ) end
        from latest group by 1 order by 1
        """
    )
    assert [(m, n, None if s is None else float(s)) for m, n, s in found] == expected
    assert len(found) > 12


def test_every_saved_query_is_exposed_with_the_marts_it_reads() -> None:
    manifest = parsed_manifest()

    def marts_behind(key: str) -> set[str]:
        if key.startswith("model."):
            return {key}
        kind = {"metric": "metrics", "semantic_model": "semantic_models"}[key.split(".")[0]]
        return set().union(*map(marts_behind, manifest[kind][key]["depends_on"]["nodes"]))

    exposed = {e["name"]: set(e["depends_on"]["nodes"]) for e in manifest["exposures"].values()}
    for query in manifest["saved_queries"].values():
        read = set().union(*map(marts_behind, query["depends_on"]["nodes"]))
        assert exposed[query["name"]] == read, query["name"]
