"""Health, churn risk and their backtest know nothing of the future, and are what they say."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import exp, log, sqrt
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from active_clients.churn_model import PENALTY, version_rows
from active_clients.project import ROOT, raw_tables, read_vars
from compiled_project import CompiledProject, Row, Warehouse
from conftest import Built

MARTS = (
    "fct_client_health", "fct_health_components", "fct_client_churn_risk", "fct_health_backtest",
)  # fmt: skip
DATED = ("int_client_week_facts", *MARTS[:3])
LAST_DAY = date(2025, 6, 30)
CUTS = (date(2024, 6, 2), date(2025, 1, 26))
# What is told as it is known now, for reports: amounts, and which week is the last.
KNOWN_NOW = {
    "mrr_amount", "at_risk_mrr_amount", "notice_mrr_amount", "known_mrr_amount",
    "ending_mrr_amount", "is_latest", "has_skill",
}  # fmt: skip


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return CompiledProject(tmp_path_factory.mktemp("health"), MARTS)


# Of an extract: when a row happened, and what was told of it later. Who was merged into whom is
# not told with a time: history has it from ever.
HAPPENED = {
    "usage_events": "occurred_at", "survey_responses": "responded_at", "tickets": "opened_at",
    "touchpoints": "occurred_at", "invoices": "issued_at", "subscriptions": "started_at",
}  # fmt: skip
TOLD_LATER = {
    "tickets": {"resolved_at": "resolved_at", "first_response_at": "first_response_at"},
    "subscriptions": {
        "ended_at": "coalesce(nullif(canceled_at, ''), ended_at)",
        "canceled_at": "coalesce(nullif(canceled_at, ''), ended_at)",
    },
    "invoices": {"paid_at": "coalesce(nullif(paid_at, ''), issued_at)"},
}
KEYS = {
    "subscriptions": "subscription_id, version", "exchange_rates": "rate_date, currency_code",
    "plan_features": "plan_id, feature",
}  # fmt: skip
EXTRACTED_AT = "2025-07-01 02:00:00"


class Demo:
    """The demo as it was loaded by the end of a day."""

    def __init__(self, compiled: CompiledProject, day: date) -> None:
        self.compiled = compiled
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as build")
        self.connection.execute("use build")
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute("create schema raw")
        for table in raw_tables(read_vars()):
            self.connection.execute(
                f"create table raw.{table.name} as select * from"
                f" read_csv('{ROOT}/seeds/demo/{table.name}.csv', header = true,"
                " all_varchar = true)"
                f" where coalesce(try_cast(loaded_at as timestamp) < '{day + timedelta(1)}', true)"
            )
        self.deliver(day)
        for name in compiled.order(compiled.nodes):
            self.create(name, day)

    def deliver(self, day: date) -> None:
        """What else is done to the raw tables."""

    def create(self, name: str, day: date) -> None:
        node = self.compiled.nodes[name]
        self.connection.execute(f'create schema if not exists "{node.schema}"')
        if node.resource_type == "seed":
            columns = ", ".join(f"{c} {t}" for c, t in node.config.column_types.items())
            file = f"{ROOT}/seeds/reference/{name}.csv"
            self.connection.execute(f"create table {node.relation_name} ({columns})")
            self.connection.execute(f"copy {node.relation_name} from '{file}' (header true)")
        elif name == "as_of":
            self.connection.execute(
                f"create table {node.relation_name} as select date '{day}' as as_of_date"
            )
        else:
            self.connection.execute(f"create table {node.relation_name} as {node.compiled_code}")

    def rows(self, name: str, columns: str = "*", until: date | None = None) -> list[Any]:
        relation = self.compiled.nodes[name].relation_name
        where = f" where snapshot_date <= '{until}'" if until else ""
        return self.connection.execute(
            f"select {columns} from {relation}{where} order by all"
        ).fetchall()

    def columns(self, name: str) -> list[str]:
        relation = self.compiled.nodes[name].relation_name
        described = self.connection.execute(f"describe {relation}").fetchall()
        return [column[0] for column in described if column[0] not in KNOWN_NOW]


class Extract(Demo):
    """All of the demo loaded at once, less what happened after a day."""

    def __init__(self, compiled: CompiledProject, day: date) -> None:
        self.cut = day + timedelta(1)
        super().__init__(compiled, LAST_DAY + timedelta(1))

    def deliver(self, day: date) -> None:
        for table in raw_tables(read_vars()):
            name = table.name
            key = KEYS.get(name, next(iter(table.columns)))
            self.connection.execute(
                f"create or replace table raw.{name} as select * replace"
                f" ('{EXTRACTED_AT}' as loaded_at) from raw.{name} qualify row_number() over"
                f" (partition by {key} order by loaded_at desc, {name}::varchar) = 1"
            )
            for column, known in TOLD_LATER.get(name, {}).items():
                status = ", status = 'open'" if name == "invoices" else ""
                paid = " and status = 'paid'" if name == "invoices" else ""
                self.connection.execute(
                    f"update raw.{name} set {column} = ''{status}"
                    f" where try_cast({known} as timestamptz) >= '{self.cut}'{paid}"
                )
            if name in HAPPENED:
                self.connection.execute(
                    f"delete from raw.{name}"
                    f" where try_cast({HAPPENED[name]} as timestamptz) >= '{self.cut}'"
                )


@pytest.fixture(scope="module")
def demo(compiled: CompiledProject) -> Demo:
    return Demo(compiled, LAST_DAY)


@pytest.fixture(scope="module")
def extract(compiled: CompiledProject) -> Extract:
    return Extract(compiled, LAST_DAY)


def assert_same_until(day: date, cut: Demo, whole: Demo) -> None:
    for name in DATED:
        columns = ", ".join(whole.columns(name))
        then, now = cut.rows(name, columns, day), whole.rows(name, columns, day)
        changed = set(now) ^ set(then)
        assert not changed, (name, len(changed), sorted(changed, key=str)[:6])
        assert then, name


@pytest.mark.parametrize("day", CUTS)
def test_sources_cut_at_a_day_tell_the_same_as_all_of_them(
    compiled: CompiledProject, demo: Demo, day: date
) -> None:
    """Features, scores and probabilities of the past do not change with what comes later."""
    assert_same_until(day, Demo(compiled, day), demo)


@pytest.mark.parametrize("day", CUTS)
def test_history_tells_of_a_day_nothing_that_happened_later(
    compiled: CompiledProject, extract: Extract, day: date
) -> None:
    """All is loaded at once; without what happened after a day its weeks are the same."""
    assert_same_until(day, Extract(compiled, day), extract)


def test_history_is_what_was_known_then(demo: Demo, extract: Extract) -> None:
    """What the extract tells of the past is what daily loads had told, but for corrections."""
    query = "client_id, snapshot_date, health_score"
    then = {row[:2]: row[2] for row in demo.rows("fct_client_health", query)}
    told = {row[:2]: row[2] for row in extract.rows("fct_client_health", query)}
    assert len(then.keys() & told.keys()) > 0.9 * len(then.keys() | told.keys())
    same = [then[key] == told[key] for key in then.keys() & told.keys()]
    assert sum(same) > 0.8 * len(same)
    flagged = extract.rows("fct_client_health", "distinct is_reconstructed")
    assert flagged == [(True,)]


def test_churn_probability_is_the_logistic_function_of_the_seed(demo: Demo) -> None:
    """Measures that are not known count as the mean; beyond the limits they count as these."""
    coefficients: dict[str, dict[str, list[float]]] = defaultdict(dict)
    trained: dict[str, date] = {}
    for version, day, _, measure, *numbers in demo.rows("churn_coefficients"):
        coefficients[version][measure] = [float(number) for number in numbers]
        trained[version] = day
    known: dict[tuple[str, date], dict[str, float]] = defaultdict(dict)
    columns = "client_id, snapshot_date, measure, measure_value"
    for client_id, day, measure, value in demo.rows("int_client_week_measures", columns):
        known[client_id, day][measure] = float(value)
    columns = "client_id, snapshot_date, model_version, model_probability"
    scored = demo.rows("fct_client_churn_risk", columns)
    assert len(scored) > 3000
    for client_id, day, version, probability in scored:
        assert version == max((t, v) for v, t in trained.items() if t <= day)[1]
        log_odds = coefficients[version]["intercept"][0]
        for measure, value in known[client_id, day].items():
            if measure in coefficients[version]:
                weight, center, scale, low, high = coefficients[version][measure]
                log_odds += weight * (min(high, max(low, value)) - center) / scale
        assert abs(1 / (1 + exp(-log_odds)) - float(probability)) < 2e-6


def test_the_seed_is_what_the_script_fits(built: Built) -> None:
    """What to do when this fails: scripts/fit_churn_model, and read what changed."""
    pytest.importorskip("sklearn", reason="scripts/test installs it")
    with (ROOT / "seeds/reference/churn_coefficients.csv").open(newline="") as file:
        seed = [list(row.values()) for row in csv.DictReader(file)]
    horizon = int(read_vars()["churn_horizon_days"])
    with duckdb.connect(str(built.project.database), read_only=True) as connection:
        fitted = [
            row
            for day in sorted({row[1] for row in seed})
            for row in version_rows(connection, date.fromisoformat(day), horizon, PENALTY)
        ]
    assert [row[:4] for row in fitted] == [row[:4] for row in seed]
    for row, kept in zip(fitted, seed, strict=True):
        assert all(close(*pair, 1e-4) for pair in zip(row[4:], kept[4:], strict=True)), row[:4]


def test_shuffled_labels_leave_nothing_to_tell(demo: Demo) -> None:
    """Were the outcomes of an origin dealt out anew, no score would be better than chance."""
    generator, connection = random.Random(7), demo.connection
    relation = demo.compiled.nodes["int_client_risks"].relation_name
    outcomes = connection.execute(
        f"select week_index, client_id, max(churned_count) from {relation} group by all"
        " order by all"
    ).fetchall()
    weeks: dict[int, list[Any]] = defaultdict(list)
    for week, client_id, churned in outcomes:
        weeks[week].append((client_id, churned))
    areas: dict[str, list[float]] = defaultdict(list)
    credits: dict[str, int] = defaultdict(int)
    for _ in range(25):
        connection.begin()
        dealt = []
        for week, members in weeks.items():
            labels = [churned for _, churned in members]
            generator.shuffle(labels)
            dealt += [
                (week, client_id, label)
                for (client_id, _), label in zip(members, labels, strict=True)
            ]
        marks = ", ".join(f"({week}, '{client}', {label})" for week, client, label in dealt)
        connection.execute(
            f"update {relation} set churned_count = dealt.label"
            f" from (values {marks}) as dealt (week, client, label)"
            f" where week_index = week and client_id = client"
        )
        for name in ("int_risk_origins", "int_risk_skills", "fct_health_backtest"):
            node = demo.compiled.nodes[name]
            connection.execute(f"delete from {node.relation_name}")
            connection.execute(f"insert into {node.relation_name} by name {node.compiled_code}")
        columns = "score_name, origin, auc, is_better_than_chance, beats_base_rate"
        for score, origin, area, better, beats in demo.rows("fct_health_backtest", columns):
            if origin == "all":
                areas[score].append(float(area))
                credits[score] += better + beats
        connection.rollback()
    assert set(areas["base_rate"]) == {0.5}
    for score, drawn in areas.items():
        assert abs(sum(drawn) / len(drawn) - 0.5) < 0.035, (score, drawn)
        # By chance one in forty intervals is above what there is.
        assert credits[score] <= 3, (score, credits[score])


NOTICE = """
select
    losses.client_id, losses.notice_given_date, losses.ends_date, losses.lost_mrr_amount,
    risk.churn_probability, risk.at_risk_mrr_amount, risk.ends_date as risk_ends_date,
    worth.clv_basis, worth.next_renewal_rate, worth.retained_rate,
    worth.residual_clv_amount <= worth.gross_margin_rate * losses.lost_mrr_amount
    * 12 / 365 * losses.left_days as is_worth_its_days,
    alerts.notice_mrr_amount, alerts.notice_reason,
    actions.action, actions.action_rank,
    (select count(*) from marts.fct_opportunities as offered
    where offered.client_id = losses.client_id and opportunity_kind <> 'save') as offered_count
from marts.fct_contracted_losses as losses
left join marts.fct_client_churn_risk as risk
    on losses.client_id = risk.client_id and risk.is_latest
left join marts.fct_client_lifetime_value as worth on losses.client_id = worth.client_id
left join marts.fct_client_alerts as alerts
    on losses.client_id = alerts.client_id and alert_type = 'notice_given' and is_open
left join marts.fct_next_best_actions as actions
    on losses.client_id = actions.client_id and reason_name = 'notice_given'
where losses.is_churn
order by losses.lost_mrr_amount desc
"""


def test_who_has_cancelled_is_known_to_leave_wherever_it_is_told(built: Built) -> None:
    """The demo's third-largest client cancelled on 19 June for 13 July, and two more later."""
    with duckdb.connect(str(built.project.database), read_only=True) as connection:
        connection.execute(NOTICE)
        names = [column[0] for column in connection.description or []]
        leaving = [dict(zip(names, row, strict=True)) for row in connection.fetchall()]
    first = leaving[0]
    assert (first["client_id"], first["notice_given_date"], first["ends_date"]) == (
        "c061", date(2025, 6, 19), date(2025, 7, 13)
    )  # fmt: skip
    assert len(leaving) == 3
    for row in leaving:
        within = row["ends_date"] <= date(2025, 6, 29) + timedelta(60)
        assert (row["churn_probability"] == 1) is within
        assert (row["at_risk_mrr_amount"] == row["lost_mrr_amount"]) is within
        assert row["risk_ends_date"] == row["ends_date"]
        assert (row["clv_basis"], row["next_renewal_rate"], row["retained_rate"]) == (
            "notice",
            0,
            0,
        )
        assert row["is_worth_its_days"]
        assert row["notice_mrr_amount"] == row["lost_mrr_amount"]
        assert row["notice_reason"] == "budget_cut"
        assert (row["action"], row["action_rank"]) == ("offer_to_stay", 1)
        assert row["offered_count"] == 0


def test_demo_rewards_what_matters_and_nothing_else(demo: Demo) -> None:
    """Churn follows falling use; contacts and tickets are drawn apart, who is past due is known."""
    columns = "score_name, auc, is_better_than_chance, beats_base_rate, brier_skill, origin"
    found = {
        score: (area, better, beats, skill)
        for score, area, better, beats, skill, origin in demo.rows("fct_health_backtest", columns)
        if origin == "all"
    }
    credited = {score for score, (_, better, *_) in found.items() if better}
    assert credited == {
        "health_score", "component:usage", "component:adoption",
    }  # fmt: skip
    assert found["health_score"][0] > found["tenure"][0] > found["base_rate"][0]
    assert not any(beats for _, _, beats, _ in found.values())
    assert demo.rows("fct_client_churn_risk", "distinct has_skill") == [(False,)]
    known = "sum(past_due_client_count), sum(past_due_churned_count)"
    relation = demo.compiled.nodes["fct_health_backtest"].relation_name
    assert demo.connection.execute(
        f"select {known} from {relation} where score_name = 'health_score' and origin = 'all'"
    ).fetchall() == [(9, 9)]


# ---- the reference: health -----------------------------------------------------------

HEALTH = (
    "int_health_points", "int_client_week_scores",
    "fct_client_health", "fct_health_components",
)  # fmt: skip
SEATS = "active_user_rate"
GREEN, YELLOW, MARGIN, COVERAGE = (
    Fraction(str(read_vars()[name]))
    for name in (
        "health_green_from", "health_yellow_from", "health_band_margin", "health_coverage_min",
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledProject) -> Warehouse:
    return Warehouse(compiled)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """A seed of weights, and weeks of one or two clients, with gaps."""
    slopes = {SEATS: (0, 1), "a": (0, 10), "b": (5, 0), "c": (100, 0)}
    seed = [
        {"measure": name, "component": "usage", "weight": draw(st.integers(1, 9)),
         "value_at_zero": low, "value_at_hundred": high, "reason": ""}
        for name, (low, high) in slopes.items()
    ]  # fmt: skip
    values = {"a": st.integers(-1, 11), "b": st.integers(0, 6), "c": st.integers(0, 101)}
    weeks = []
    for client_id in ("x", "y")[: draw(st.integers(1, 2))]:
        seats = draw(st.sampled_from((1, 2, 4, 5, 8, 10, 20)))
        for week in sorted(draw(st.sets(st.integers(1, 14), min_size=1))):
            users = draw(st.integers(0, seats))
            known: dict[str, Any] = {
                name: draw(value) for name, value in values.items() if draw(st.integers(0, 5)) > 0
            }
            known[SEATS] = Fraction(users, seats)
            weeks.append({"client_id": client_id, "week": week, "seats": seats, "users": users,
                          "known": known})  # fmt: skip
    return seed, weeks


def fill_health(warehouse: Warehouse, seed: list[Row], weeks: list[Row]) -> None:
    """Put features and measures where the models read them, and build what follows."""
    at = [
        {"week_index": row["week"], "client_id": row["client_id"], "is_paying": True,
         "snapshot_date": date(2025, 1, 5) + timedelta(weeks=row["week"])}
        for row in weeks
    ]  # fmt: skip
    warehouse.insert("health_measures", seed)
    warehouse.insert(
        "int_client_week_facts",
        [
            {**key, "seat_count": row["seats"], "active_user_count": row["users"],
             "has_given_notice": False}
            for key, row in zip(at, weeks, strict=True)
        ],
    )  # fmt: skip
    warehouse.insert(
        "int_client_week_measures",
        [
            {**key, "measure": measure, "measure_value": float(value)}
            for key, row in zip(at, weeks, strict=True)
            for measure, value in row["known"].items()
        ],
    )
    warehouse.build(HEALTH)


def score(seed: list[Row], known: dict[str, Any]) -> tuple[Fraction | None, dict[str, Fraction]]:
    """The health score, unless too little is known, and what each measure costs."""
    total, weights, lost = Fraction(0), Fraction(0), {}
    for row in seed:
        if row["measure"] in known:
            low, high = row["value_at_zero"], row["value_at_hundred"]
            share = Fraction(known[row["measure"]] - low) / (high - low)
            points = 100 * min(Fraction(1), max(Fraction(0), share))
            total += row["weight"] * points
            weights += row["weight"]
            lost[row["measure"]] = row["weight"] * (100 - points)
    if weights / sum(row["weight"] for row in seed) < COVERAGE:
        return None, lost
    return total / weights, lost


def reference_health(seed: list[Row], weeks: list[Row]) -> dict[tuple[str, int], Row]:
    """Week by week, as a person would: enter a band, and leave it beyond the margin."""
    found: dict[tuple[str, int], Row] = {}
    is_green = is_red = False
    for row in weeks:
        client_id, week = row["client_id"], row["week"]
        before = found.get((client_id, week - 1))
        if before is None:
            is_green = is_red = False
        value, lost = score(seed, row["known"])
        if value is not None:
            is_green = value >= GREEN or (is_green and value >= GREEN - MARGIN)
            is_red = value < YELLOW or (is_red and value < YELLOW + MARGIN)
        band = "unknown" if value is None else (
            "green" if is_green else "red" if is_red else "yellow"
        )  # fmt: skip
        target = {"red": YELLOW + MARGIN, "yellow": GREEN}.get(band)
        needed = None
        if target is not None:
            for more in range(1, row["seats"] + 1 - row["users"]):
                users = Fraction(row["users"] + more, row["seats"])
                lifted, _ = score(seed, {**row["known"], SEATS: users})
                if lifted is not None and lifted >= target:
                    needed = more
                    break
        reasons = [name for name, loss in sorted(lost.items(), key=lambda i: (-i[1], i[0])) if loss]
        earlier = found.get((client_id, week - 4), {}).get("score")
        is_one_spell = all((client_id, week - n) in found for n in range(1, 5))
        found[client_id, week] = {
            "score": value, "band": band, "needed": needed, "reasons": (*reasons, None, None)[:2],
            "previous": before and before["band"], "lost": lost,
            "change": value - earlier
            if is_one_spell and value is not None and earlier is not None else None,
        }  # fmt: skip
    return found


def close(actual: Any, expected: Any, margin: float = 1e-4) -> bool:
    if actual is None or expected is None:
        return actual is None and expected is None
    return abs(float(actual) - float(expected)) <= margin


@given(history=histories())
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_health_is_that_of_the_reference(
    warehouse: Warehouse, history: tuple[list[Row], list[Row]]
) -> None:
    """Score, coverage, band with hysteresis, reasons and counterfactual."""
    seed, weeks = history
    with warehouse.transaction():
        fill_health(warehouse, seed, weeks)
        actual, components = warehouse.rows("fct_client_health"), warehouse.rows(HEALTH[-1])
    expected = reference_health(seed, weeks)
    assert len(actual) == len(expected)
    for row in actual:
        week = (row["snapshot_date"] - date(2025, 1, 5)).days // 7
        wanted = expected[row["client_id"], week]
        assert close(row["health_score"], wanted["score"])
        assert close(row["score_change"], wanted["change"], 2e-4)
        assert row["health_band"] == wanted["band"]
        assert row["previous_band"] == wanted["previous"]
        assert (row["first_reason"], row["second_reason"]) == wanted["reasons"]
        assert row["active_users_to_next_band"] == wanted["needed"]
        parts = [
            part for part in components
            if (part["client_id"], part["snapshot_date"])
            == (row["client_id"], row["snapshot_date"])
        ]  # fmt: skip
        assert len(parts) == len(wanted["lost"])
        if wanted["score"] is not None:
            added = sum(part["contributed_points"] for part in parts)
            assert close(added, wanted["score"], 1e-3)
            assert close(added + sum(part["lost_points"] for part in parts), 100, 1e-3)


# ---- the reference: backtest ---------------------------------------------------------


def reference_backtest(origins: list[list[Row]]) -> Row:
    """Pairs counted one by one; ties count half, and share the last places of the top tenth."""
    pairs = concordant = variance = top = top_churned = top_lead = 0.0
    rows = [row for origin in origins for row in origin]
    for origin in origins:
        left = [row["risk"] for row in origin if row["churned_count"]]
        kept = [row["risk"] for row in origin if not row["churned_count"]]
        right = sum((a > b) + (a == b) / 2 for a in left for b in kept)
        pairs, concordant = pairs + len(left) * len(kept), concordant + right
        if left and kept:
            area = right / len(left) / len(kept)
            one, two = area / (2 - area), 2 * area**2 / (1 + area)
            variance += (
                len(left)
                * len(kept)
                * (
                    area * (1 - area)
                    + (len(left) - 1) * (one - area**2)
                    + (len(kept) - 1) * (two - area**2)
                )
            )
        places = -(-len(origin) // 10)
        top += places
        for row in origin:
            tied = sum(other["risk"] == row["risk"] for other in origin)
            higher = sum(other["risk"] > row["risk"] for other in origin)
            share = min(1, max(0, (places - higher) / tied))
            top_churned += row["churned_count"] * share
            top_lead += (row["lead_days"] or 0) * share
    said = [row for row in rows if row["probability"] is not None]
    errors = [(row["probability"] - row["churned_count"]) ** 2 for row in said]
    base = [(row["base_probability"] - row["churned_count"]) ** 2 for row in said]
    losses = [-log(row["probability"] if row["churned_count"] else 1 - row["probability"])
              for row in said]  # fmt: skip
    mean = lambda numbers: sum(numbers) / len(numbers) if numbers else None  # noqa: E731
    area = concordant / pairs if pairs else None
    margin = 1.959963984540054 * sqrt(variance) / pairs if pairs else None
    return {
        "client_count": len(rows), "churned_count": sum(row["churned_count"] for row in rows),
        "auc": area,
        "auc_lower": None if area is None or margin is None else max(0, area - margin),
        "auc_upper": None if area is None or margin is None else min(1, area + margin),
        "top_tenth_churn_rate": top_churned / top,
        "mean_lead_days": top_lead / top_churned if top_churned else None,
        "brier_score": mean(errors), "base_brier_score": mean(base), "log_loss": mean(losses),
    }  # fmt: skip


@st.composite
def judged_clients(draw: st.DrawFn) -> list[list[Row]]:
    tenths = st.integers(1, 9).map(lambda n: n / 10)
    client = st.fixed_dictionaries({
        "risk": st.integers(0, 6), "probability": st.none() | tenths,
        "base_probability": tenths, "lead_days": st.none() | st.integers(1, 60),
    }).map(lambda row: row | {"churned_count": int(row["lead_days"] is not None)})  # fmt: skip
    return draw(st.lists(st.lists(client, min_size=1, max_size=14), min_size=1, max_size=3))


@given(origins=judged_clients())
@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_backtest_is_that_of_the_reference(warehouse: Warehouse, origins: list[list[Row]]) -> None:
    """AUC and its interval, lift, Brier score and log loss, of each origin and of all."""
    rows = [
        {"score_name": "s", "week_index": week, "client_id": f"c{number}",
         "snapshot_date": date(2025, 1, 5) + timedelta(weeks=week),
         **dict(sorted(client.items()))}
        for week, origin in enumerate(origins)
        for number, client in enumerate(origin)
    ]  # fmt: skip
    with warehouse.transaction():
        warehouse.insert("int_client_risks", rows)
        warehouse.build(["int_risk_origins", "int_risk_skills", "fct_health_backtest"])
        actual = {row["origin_date"]: row for row in warehouse.rows("fct_health_backtest")}
    assert len(actual) == len(origins) + 1
    for day, row in actual.items():
        judged = origins if day is None else [origins[(day - date(2025, 1, 5)).days // 7]]
        for column, value in reference_backtest(judged).items():
            assert close(row[column], value, 2e-6), (day, column, row[column], value)
