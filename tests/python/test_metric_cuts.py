"""Every metric by everything it is cut by is what one gets without MetricFlow."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from active_clients.metrics import Engine, Question
from active_clients.periods import GRAINS, is_running
from active_clients.project import ProjectError
from active_clients.query import load_engine, open_published
from active_clients.refusals import refuse_wrong
from conftest import Built

ATTRIBUTES = (
    "segment",
    "industry",
    "country",
    "acquisition_channel",
    "owner",
    "entitled_plan",
    "paid_plan",
    "mrr_band",
)
JUNE = ("{{ TimeDimension('metric_time', 'month') }} = '2025-06-01'",)


class Histories:
    """What each client was on a day, from the spans of each attribute."""

    def __init__(self, rows: Iterable[tuple[str, str, str, date]]) -> None:
        self._starts: dict[tuple[str, str], list[date]] = defaultdict(list)
        self._values: dict[tuple[str, str], list[str]] = defaultdict(list)
        for client, attribute, value, valid_from in sorted(rows, key=lambda row: row[3]):
            self._starts[client, attribute].append(valid_from)
            self._values[client, attribute].append(value)

    def value(self, client: str, attribute: str, day: date) -> str | None:
        """The attribute's value; none of a client without a history, as an internal one."""
        key = (client, attribute)
        place = bisect_right(self._starts[key], day)
        return self._values[key][place - 1] if place else None

    def values(self, client: str, day: date) -> tuple[str | None, ...]:
        """All of them, in the order of ATTRIBUTES."""
        return tuple(self.value(client, attribute, day) for attribute in ATTRIBUTES)


class Asked(NamedTuple):
    """The published demo, and MetricFlow over it."""

    built: Built
    engine: Engine
    histories: Histories

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.built.project.rows(sql, self.built.published)

    def ask(self, metrics: list[str], *group_by: str, where: tuple[str, ...] = ()) -> list[Any]:
        question = Question(metrics=metrics, group_by=group_by, where=where)
        refuse_wrong(self.engine, question)
        return self.rows(self.engine.sql(question))


@pytest.fixture(scope="module")
def asked(built: Built) -> Asked:
    with open_published(built.published) as connection:
        engine = load_engine(connection)
    spans = built.project.rows(
        "select identities.client_id, attribute, attribute_value, valid_from"
        " from intermediate.int_client_attributes as attributes"
        " inner join intermediate.int_client_identities as identities"
        " on attributes.client_id = identities.canonical_client_id"
    )
    return Asked(built, engine, Histories(spans))


def table(rows: Iterable[tuple[Any, ...]], values: int) -> dict[tuple[Any, ...], list[Decimal]]:
    """Rows summed by all but their last columns; groups in which all is 0 left out."""
    found: dict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * values)
    for row in rows:
        key = tuple(cell.date() if hasattr(cell, "date") else cell for cell in row[:-values])
        # Counts of several metrics in one answer: what one has no row of is 0 of it.
        given = [Decimal(str(cell or 0)) for cell in row[-values:]]
        found[key] = [one + other for one, other in zip(found[key], given, strict=True)]
    rounded = {key: [round(value, 6) for value in sums] for key, sums in found.items()}
    return {key: sums for key, sums in rounded.items() if any(sums)}


# ---- what was wrong, as published figures -----------------------------------------------


def test_churn_by_plan_is_of_the_plan_at_the_opening(asked: Asked) -> None:
    found = asked.ask(
        ["churned_clients", "opening_clients"],
        "opening__paid_plan",
        "metric_time__month",
        where=JUNE,
    )
    assert {row[0]: row[2:] for row in found} == {
        "starter": (1, 47),
        "growth": (3, 26),
        "scale": (4, 25),
    }


def test_revenue_retention_by_plan_is_of_the_plan_at_the_base(asked: Asked) -> None:
    found = asked.ask(
        ["net_revenue_retention", "gross_revenue_retention"],
        "base__paid_plan",
        "metric_time__month",
        where=JUNE,
    )
    scale = next(row for row in found if row[0] == "scale")
    assert [round(float(rate), 3) for rate in scale[2:]] == [0.946, 0.811]


def test_churn_of_longer_periods_is_of_their_own_opening(asked: Asked) -> None:
    quarters = dict(asked.ask(["quarterly_logo_churn_rate"], "metric_time__quarter"))
    by_start = {start.date(): rate for start, rate in quarters.items()}
    assert by_start[date(2025, 4, 1)] == pytest.approx(13 / 91)
    years = {s.date(): r for s, r in asked.ask(["yearly_logo_churn_rate"], "metric_time__year")}
    ((opening, lost),) = asked.rows(
        "select count(*), count(*) filter (where closing.mrr_amount = 0)"
        " from marts.fct_client_months as opening"
        " inner join marts.fct_client_months as closing using (client_id)"
        " where opening.period_month = '2023-12-01' and opening.mrr_amount > 0"
        " and closing.period_month = '2024-12-01'"
    )
    assert years[date(2024, 1, 1)] == pytest.approx(lost / opening)
    assert date(2025, 1, 1) not in years, "2025 is not over"


def test_nps_by_plan_is_that_of_the_mart(asked: Asked) -> None:
    found = asked.ask(["net_promoter_score"], "client__paid_plan")
    expected = asked.rows(
        "select attribute_value, 100.0 * sum(promoter_count - detractor_count)"
        " / sum(response_count) from marts.fct_nps where unit_of_count = 'per_response'"
        " and survey_purpose = 'relational' and attribute = 'paid_plan' group by 1"
    )
    assert dict(found) == pytest.approx({key: float(value) for key, value in expected})


def test_snapshots_of_a_quarter_are_those_of_its_last_month(asked: Asked) -> None:
    names = ["reported_mrr", "restated_mrr", "mrr"]
    quarters = {row[0].date(): row[1:] for row in asked.ask(names, "metric_time__quarter")}
    months = {row[0].date(): row[1:] for row in asked.ask(names, "metric_time__month")}
    assert quarters[date(2025, 1, 1)] == months[date(2025, 3, 1)]
    with pytest.raises(ProjectError, match="invoiced_mrr is a number of a month"):
        asked.ask(["invoiced_mrr"], "metric_time__quarter")


def test_value_by_age_never_falls_with_margin_that_never_does(asked: Asked) -> None:
    margins = dict(asked.ask(["margin_per_client_at_age"], "clv_cell__age_months"))
    assert all(margin >= 0 for margin in margins.values() if margin is not None)


# ---- everything, generated ----------------------------------------------------------------


def own_metrics(engine: Engine) -> dict[str, list[str]]:
    """The simple metrics that are cut by the client on the day, by semantic model."""
    groups: dict[str, list[str]] = defaultdict(list)
    for metric in engine.manifest.metrics:
        parameters = metric.type_params.metric_aggregation_params
        if (
            parameters
            and parameters.agg.value == "sum"
            and "client__segment" in engine.group_by_names([metric.name])
        ):
            groups[parameters.semantic_model].append(metric.name)
    return groups


def test_metrics_by_client_attributes_are_sums_over_the_clients_that_had_them(
    asked: Asked,
) -> None:
    """Of each client and day by itself, put under what the client was on that day."""
    for model, names in sorted(own_metrics(asked.engine).items()):
        for kind in (True, False):
            metrics = [name for name in names if asked.engine.is_snapshot(name) is kind]
            required = sorted({r for name in metrics for r in asked.engine.requires(name)})
            extra = [name for name in required if name != "metric_time"]
            if not metrics:
                continue
            sql = asked.engine.sql(
                Question(metrics=metrics, group_by=[*extra, "client", "metric_time__day"])
            )
            # What has no day, as an invoice that is not settled, is in no month.
            by_client = [row for row in asked.rows(sql) if row[len(extra) + 1] is not None]
            first = len(extra) + 2
            last: dict[tuple[int, date], date] = {}
            for row in by_client:
                day = row[first - 1].date()
                for place, value in enumerate(row[first:]):
                    key = (place, day.replace(day=1))
                    if value is not None:
                        last[key] = max(day, last.get(key, day))
            expected = []
            for row in by_client:
                day = row[first - 1].date()
                month = day.replace(day=1)
                counted = [
                    value if not kind or last.get((place, month)) == day else 0
                    for place, value in enumerate(row[first:])
                ]
                values = asked.histories.values(row[len(extra)], day)
                expected.append((*row[: len(extra)], *values, month, *counted))
            cuts = [f"client__{attribute}" for attribute in ATTRIBUTES]
            sql = asked.engine.sql(
                Question(metrics=metrics, group_by=[*extra, *cuts, "metric_time__month"])
            )
            count = len(metrics)
            found = [row for row in asked.rows(sql) if row[-count - 1] is not None]
            assert table(found, count) == table(expected, count), (model, metrics)
            assert table(found, count), (model, metrics)


def month_ends(as_of: date) -> list[date]:
    """The last days of the months before a day's month, and the day."""
    first = as_of.replace(day=1)
    ends = [as_of]
    while first > date(2022, 1, 1):
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]


def levels(asked: Asked) -> Mapping[tuple[str, date], Decimal]:
    """MRR of each client at each month's end, from its steps."""
    steps: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for client, start, amount in asked.rows(
        "select client_id, valid_from, mrr_amount from marts.fct_client_mrr order by valid_from"
    ):
        steps[client].append((start, amount))
    found = {}
    for end in month_ends(date(2025, 6, 30)):
        for client, known in steps.items():
            place = bisect_right([start for start, _ in known], end)
            found[client, end] = known[place - 1][1] if place else Decimal(0)
    return found


@pytest.mark.parametrize(
    ("prefix", "grain", "months"),
    [("", "month", 1), ("quarterly_", "quarter", 3), ("yearly_", "year", 12)],
)
def test_churn_by_every_attribute_follows_the_steps_of_mrr(
    asked: Asked, prefix: str, grain: str, months: int
) -> None:
    ends = month_ends(date(2025, 6, 30))
    mrr = levels(asked)
    clients = {client for client, _ in mrr}
    expected = []
    for opening, closing in zip(ends, ends[months:], strict=False):
        start = opening + timedelta(days=1)
        if (start.month - 1) % months:
            continue
        for client in clients:
            if mrr[client, opening] > 0:
                lost = int(mrr[client, closing] == 0)
                expected.append((*asked.histories.values(client, opening), start, 1, lost))
    found = asked.ask(
        [f"{prefix}opening_clients", f"{prefix}churned_clients"],
        *(f"opening__{attribute}" for attribute in ATTRIBUTES),
        f"metric_time__{grain}",
    )
    assert table(found, 2) == table(expected, 2)


def test_the_base_by_every_attribute_follows_the_steps_of_mrr(asked: Asked) -> None:
    ends = month_ends(date(2025, 6, 30))
    mrr = levels(asked)
    expected = []
    for base, now in zip(ends, ends[12:], strict=False):
        for client in {client for client, _ in mrr}:
            if mrr[client, base] > 0:
                kept = int(mrr[client, now] > 0)
                values = asked.histories.values(client, base)
                expected.append((*values, now.replace(day=1), 1, kept))
    found = asked.ask(
        ["base_clients", "retained_clients_12m"],
        *(f"base__{attribute}" for attribute in ATTRIBUTES),
        "metric_time__month",
    )
    assert table(found, 2) == table(expected, 2)


def test_what_became_of_the_opening_mrr_leads_to_the_closing_one(asked: Asked) -> None:
    """Of each client and month, with exchange rates and who left and came back in it."""
    mrr = levels(asked)
    moved: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for client, day, amount in asked.rows(
        "select client_id, movement_date, mrr_change_amount from marts.fct_mrr_movements"
        " where movement_type in ('fx', 'new', 'reactivation')"
    ):
        moved[client, day.replace(day=1)] += amount
    rows = asked.rows(
        "select client_id, period_start_date, period_end_date, opening_mrr_amount,"
        " churned_mrr_amount, contraction_mrr_amount, expansion_mrr_amount"
        " from marts.fct_client_openings where period_grain = 'month'"
    )
    assert len(rows) > 1000
    for client, start, end, opening, churned, contracted, expanded in rows:
        assert opening == mrr[client, start - timedelta(days=1)]
        closing = opening - churned - contracted + expanded + moved[client, start]
        assert closing == pytest.approx(mrr[client, end], abs=Decimal("0.001")), (client, start)


def test_movements_are_under_what_the_client_was_before_or_becomes(asked: Asked) -> None:
    names = {
        "new": "new_mrr",
        "reactivation": "reactivation_mrr",
        "expansion": "expansion_mrr",
        "contraction": "contraction_mrr",
        "churn": "churned_mrr",
    }
    moved = asked.rows(
        "select client_id, movement_type, movement_date, abs(mrr_change_amount)"
        " from marts.fct_mrr_movements where movement_type <> 'fx'"
    )
    for kind, metric in names.items():
        expected = []
        for client, movement, day, amount in moved:
            if movement == kind:
                seen = day if kind in ("new", "reactivation") else day - timedelta(days=1)
                values = asked.histories.values(client, seen)
                expected.append((*values, day.replace(day=1), amount))
        found = asked.ask(
            [metric],
            *(f"mrr_movement__{attribute}" for attribute in ATTRIBUTES),
            "metric_time__month",
        )
        assert table(found, 1) == table(expected, 1), metric


def test_a_wrong_oracle_is_noticed(asked: Asked) -> None:
    """Today's plan, as it was asked before, is not what churn is cut by."""
    today = asked.rows("select client_id, paid_plan_id from marts.dim_clients")
    plans = dict(today)
    opened = asked.rows(
        "select client_id, period_start_date, 1, is_churned::int from marts.fct_client_openings"
        " where period_grain = 'month' and is_complete"
    )
    wrong = [(plans[client], start, *counts) for client, start, *counts in opened]
    found = asked.ask(
        ["opening_clients", "churned_clients"], "opening__paid_plan", "metric_time__month"
    )
    assert table(found, 2) != table(wrong, 2)


def test_what_would_be_wrong_is_refused_with_what_to_ask_instead(asked: Asked) -> None:
    """Every grain that a metric does not have, and every cut that it needs."""
    refused = []
    for name in asked.engine.metric_names():
        grains = asked.engine.grains(name)
        assert grains, f"{name} has no grain that all its parts have"
        required = [r for r in asked.engine.requires(name) if r != "metric_time"]
        for grain in GRAINS:
            question = Question(metrics=[name], group_by=[*required, f"metric_time__{grain}"])
            if grain in grains:
                refuse_wrong(asked.engine, question)
                continue
            with pytest.raises(ProjectError, match=r"ask (for|by)"):
                refuse_wrong(asked.engine, question)
            refused.append(f"{name} by {grain}")
        if asked.engine.requires(name):
            with pytest.raises(ProjectError, match="means nothing over several values of"):
                refuse_wrong(asked.engine, Question(metrics=[name]))
            refused.append(f"{name} without {', '.join(asked.engine.requires(name))}")
    print("Refused:", *refused, sep="\n  ")
    assert "logo_churn_rate by quarter" in refused
    assert "daily_active_users by week" in refused
    assert "usage_retention_rate without retention_cell__period_number" in refused


YEAR = "{{ TimeDimension('metric_time', 'month') }} >= '2025-01-01'"
PERIODS = "retention_cell__period_number"


@pytest.mark.parametrize(
    ("metric", "group_by", "where"),
    [
        ("logo_churn_rate", "opening__period_start_date__quarter", YEAR),
        ("logo_churn_rate", None, YEAR),
        ("net_revenue_retention", "base__period_month__quarter", YEAR),
        ("eligible_clients", None, f"{{{{ Dimension('{PERIODS}') }}}} >= 0"),
        ("eligible_clients", None, f"{{{{ Dimension('{PERIODS}') }}}} = 1 or true"),
        ("median_days_to_value", None, "{{ Dimension('criterion__criterion_id') }} <> 'x'"),
        ("at_risk_mrr", "metric_time__month", "{{ Dimension('client__segment') }} = 'smb'"),
        ("monthly_active_clients", None, "{{ Dimension('client__mrr_band') }} = 'none'"),
        ("mrr", "metric_time__week", YEAR),
        ("invoice_coverage_rate", "metric_time__quarter", YEAR),
        ("referral_k", None, YEAR),
    ],
)
def test_a_condition_does_not_lift_what_is_refused(
    asked: Asked, metric: str, group_by: str | None, where: str
) -> None:
    with pytest.raises(ProjectError):
        asked.ask([metric], *filter(None, [group_by]), where=(where,))


def test_one_value_of_what_is_needed_is_enough(asked: Asked) -> None:
    where = (f"{{{{ Dimension('{PERIODS}') }}}} = 3",)
    ((eligible,),) = asked.ask(["eligible_clients"], where=where)
    assert eligible > 100
    smb = ("{{ Dimension('client__segment') }} = 'smb'",)
    assert len(asked.ask(["mrr"], "metric_time__month", where=smb)) > 30


@pytest.mark.parametrize(
    ("start", "grain", "as_of_date", "runs"),
    [
        (date(2025, 6, 1), "month", date(2025, 6, 29), True),
        (date(2025, 6, 1), "month", date(2025, 6, 30), False),
        (date(2025, 6, 1), "month", date(2025, 5, 31), False),
        (date(2024, 10, 1), "quarter", date(2024, 12, 30), True),
        (date(2024, 10, 1), "quarter", date(2024, 12, 31), False),
        (date(2024, 1, 1), "year", date(2024, 12, 31), False),
        (date(2025, 6, 23), "week", date(2025, 6, 28), True),
        (date(2025, 6, 23), "week", date(2025, 6, 29), False),
        (date(2025, 6, 23), "day", date(2025, 6, 23), False),
    ],
)
def test_a_period_runs_until_its_last_day(
    start: date, grain: str, as_of_date: date, runs: bool
) -> None:
    assert is_running(start, grain, as_of_date) is runs


def test_users_are_not_cut_by_a_client_that_they_do_not_have(asked: Asked) -> None:
    offered = asked.engine.group_by_names(["weekly_users_by_stage"])
    assert not [name for name in offered if name.startswith("client")]


def test_clients_merged_later_are_under_what_the_survivor_is(asked: Asked) -> None:
    rows = asked.ask(["scored_clients"], "client__segment", "metric_time__week")
    assert {row[0] for row in rows} == {"smb", "mid_market", "enterprise"}
