"""The marts of activity and retention hold what an independent reference counts.

The SQL is run on random histories, from raw tables to marts, and every row and column is compared.
Then the same history is delivered otherwise, and the marts must stay as they were.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from compiled_project import CompiledProject, Row, Warehouse
from random_histories import CALENDAR, histories, raw_rows, seed_rows
from reference_activity import (
    Client,
    CoreAction,
    Definition,
    Event,
    History,
    Reference,
    Retention,
)

HISTORIES = 200
BASELINE: dict[str, Any] = {"baseline_weeks": 4, "baseline_weeks_min": 2}
ENTITY = ["definition_id", "entity_type", "entity_id", "period_grain", "period_start_date"]
GROUP = ["definition_id", "window_days", "attribute", "attribute_value", "activity_date"]
CELL = ["retention_id", "retention_method", "attribute", "attribute_value", "period_number"]
# The key of every mart that is compared.
MARTS = {
    "fct_client_activity_daily": ["definition_id", "client_id", "activity_date"],
    "fct_user_activity_daily": ["definition_id", "client_id", "user_id", "activity_date"],
    "fct_active_clients_daily": GROUP,
    "fct_active_users_daily": GROUP,
    "fct_active_days_distribution": [
        "definition_id",
        "entity_type",
        "window_days",
        "snapshot_date",
        "active_day_count",
    ],
    "fct_active_definition_diff": ["definition_id", "client_id", "snapshot_date"],
    "fct_lifecycle": ENTITY,
    "fct_lifecycle_counts": [name for name in ENTITY if name != "entity_id"],
    "fct_client_engagement": ["definition_id", "client_id", "week_start_date"],
    "fct_feature_adoption": ["definition_id", "client_id", "feature"],
    "fct_feature_reach": ["definition_id", "feature", "attribute", "attribute_value"],
    "fct_activation": ["criterion_id", "client_id"],
    "fct_activation_criteria": ["criterion_id"],
    "fct_onboarding_funnel": ["cohort_month", "step_number"],
    "fct_usage_retention": [*CELL, "cohort_start_date"],
    "fct_usage_retention_curve": CELL,
}
# Built once: they depend on variables alone.
CALENDARS = ("dim_dates", "int_date_periods")
EVENTS = "int_usage_events"
NEW_YORK = "America/New_York"
Marts = dict[str, list[Row]]

random_history = given(history=histories())
filled: Counter[str] = Counter()


def examples(count: int) -> settings:
    """So many histories, the same ones every time."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=slow)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    cuts = {"cut_marts_by": ["segment", "entitled_plan"]}
    return CompiledProject(
        tmp_path_factory.mktemp("compiled"), MARTS, **CALENDAR, **BASELINE, **cuts
    )


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledProject) -> Warehouse:
    made = Warehouse(compiled)
    made.build(CALENDARS)
    return made


@pytest.fixture(scope="module")
def elsewhere(compiled: CompiledProject) -> Warehouse:
    """Where days begin later than in UTC, some are 23 or 25 hours long, and weeks begin sooner."""
    select = [f"+{name}" for name in MARTS]
    nodes = compiled.compile(*select, reporting_time_zone=NEW_YORK, week_start_day="sunday")
    made = Warehouse(compiled, nodes=nodes)
    made.build(CALENDARS)
    return made


# ---- the reference -------------------------------------------------------------------


def build(
    warehouse: Warehouse,
    history: History,
    change: Callable[[dict[str, list[Row]]], None] = lambda rows: None,
    late_events: int = 0,
    incremental: str = "",
) -> Marts:
    """The marts of a history, whose raw rows may be changed; some events may come late."""
    seeds, raw = seed_rows(history), raw_rows(history)
    change(raw)
    events = raw.pop("usage_events")
    late, events = events[:late_events], events[late_events:]
    given_models = {"as_of", *CALENDARS, *seeds}
    steps = warehouse.compiled.order(MARTS, given_models)
    with warehouse.transaction():
        for name, rows in {**seeds, **raw, "usage_events": events}.items():
            warehouse.insert(name, rows)
        warehouse.insert("as_of", [{"as_of_date": history.as_of_date}])
        if late:
            first_steps = warehouse.compiled.order([EVENTS], given_models)
            warehouse.build(first_steps)
            warehouse.insert(
                "usage_events", [{**row, "loaded_at": "2024-12-31 03:00"} for row in late]
            )
            for name in ("stg_product__usage_events", "int_usage_load_days"):
                warehouse.empty(name)
                warehouse.build([name])
            warehouse.replace_days(EVENTS, incremental)
            steps = [name for name in steps if name not in first_steps]
        warehouse.build(steps)
        return {name: warehouse.rows(name) for name in MARTS}


def keyed(mart: str, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[name] for name in MARTS[mart])
        assert key not in found, f"{mart} has two rows for {key}"
        found[key] = row
    return found


def is_same(ours: Any, theirs: Any) -> bool:
    """Marts round to six decimals, and spreads, by which scores are divided, to four."""
    if isinstance(ours, Fraction | float) and isinstance(theirs, Decimal | int):
        return abs(float(ours) - float(theirs)) <= 5e-6 + 1e-4 * abs(float(ours))
    return bool(ours == theirs)


def assert_same(expected: Marts, marts: Marts) -> None:
    for mart, rows in expected.items():
        ours, theirs = keyed(mart, rows), keyed(mart, marts[mart])
        assert set() == ours.keys() - theirs.keys(), f"{mart} lacks rows"
        assert set() == theirs.keys() - ours.keys(), f"{mart} has rows too many"
        for key, row in ours.items():
            assert row.keys() == theirs[key].keys(), mart
            differing = {
                name: (value, theirs[key][name])
                for name, value in row.items()
                if not is_same(value, theirs[key][name])
            }
            assert not differing, f"{mart} {key}: (expected, found) {differing}"


def assert_methods_agree(rows: Iterable[Row]) -> None:
    """Rolling <= on <= unbounded, which never rises; a bracket holds all of its periods."""
    cohorts: dict[tuple[Any, ...], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["is_mature"]:
            cohort = (*(row[name] for name in CELL[:1] + CELL[2:4]), row["cohort_start_date"])
            cohorts[cohort][row["retention_method"]].append(row)
    for methods in cohorts.values():
        numbered = {
            method: {row["period_number"]: row["retained_count"] for row in found}
            for method, found in methods.items()
        }
        for number, retained in numbered["on"].items():
            assert numbered["rolling"][number] <= retained <= numbered["unbounded"][number]
        unbounded = sorted(numbered["unbounded"].items())
        assert all(before >= after for (_, before), (_, after) in pairwise(unbounded))
        for row in methods["bracket"]:
            periods = range(row["period_number"], row["last_period_number"] + 1)
            assert row["retained_count"] >= max(numbered["on"].get(n, 0) for n in periods)


@random_history
@examples(HISTORIES)
def test_marts_equal_the_reference(warehouse: Warehouse, history: History) -> None:
    marts = build(warehouse, history)
    assert_same(Reference(history, **BASELINE).marts(), marts)
    assert_methods_agree(marts["fct_usage_retention"])
    filled.update(mart for mart in MARTS if marts[mart])


def test_histories_fill_every_mart() -> None:
    """Else nothing would have been compared."""
    assert {mart: count for mart, count in filled.items() if count < HISTORIES / 10} == {}
    assert filled.keys() == MARTS.keys()


@random_history
@examples(20)
def test_marts_equal_the_reference_elsewhere(elsewhere: Warehouse, history: History) -> None:
    reference = Reference(history, ZoneInfo(NEW_YORK), "sunday", **BASELINE)
    assert_same(reference.marts(), build(elsewhere, history))


# ---- the same history, delivered otherwise -------------------------------------------


def deliver_twice_in_any_order(raw: dict[str, list[Row]]) -> None:
    raw["usage_events"] += [
        {**row, "loaded_at": "2025-01-02 02:00:00"} for row in raw["usage_events"]
    ]
    for rows in raw.values():
        random.Random(1).shuffle(rows)


def renamed(name: str, value: Any) -> Any:
    """Users in reverse order; clients in the same, which decides where nothing else does."""
    if not isinstance(value, str) or value == "":
        return value
    if name.endswith("user_id") or (name == "entity_id" and value[0] == "u"):
        return f"user {9 - int(value[1:])}"
    if name.endswith("client_id") or (name == "entity_id" and value[0] == "c"):
        return f"client {value}"
    return value


def rename(rows: Iterable[Row]) -> list[Row]:
    return [{name: renamed(name, value) for name, value in row.items()} for row in rows]


def shifted(value: Any, days: timedelta) -> Any:
    """A history or a row, so many days later."""
    if isinstance(value, date):
        return value + days
    if isinstance(value, list):
        return [shifted(item, days) for item in value]
    if isinstance(value, dict):
        return {name: shifted(item, days) for name, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **shifted(dict(vars(value)), days))
    return value


def without_months(marts: Marts, as_of_date: date) -> Marts:
    """What does not depend on where months begin."""
    return {
        name: [
            row
            for row in rows
            if name != "fct_onboarding_funnel"
            and row.get("period_grain") != "month"
            and row.get("snapshot_date", as_of_date) == as_of_date
        ]
        for name, rows in marts.items()
    }


@random_history
@examples(8)
def test_marts_do_not_depend_on_delivery(
    compiled: CompiledProject, warehouse: Warehouse, history: History
) -> None:
    marts = build(warehouse, history)
    assert_same(marts, build(warehouse, history, deliver_twice_in_any_order))

    def rename_all(raw: dict[str, list[Row]]) -> None:
        raw |= {table: rename(rows) for table, rows in raw.items()}

    assert_same(
        {mart: rename(rows) for mart, rows in marts.items()}, build(warehouse, history, rename_all)
    )
    later = timedelta(weeks=4)
    moved = shifted(history, later)
    assert_same(
        shifted(without_months(marts, history.as_of_date), later),
        without_months(build(warehouse, moved), moved.as_of_date),
    )


@random_history
@examples(8)
def test_marts_do_not_depend_on_loads(
    warehouse: Warehouse, incremental: str, history: History
) -> None:
    marts = build(warehouse, history)
    late_events = len(history.events) // 2
    in_two_loads = build(warehouse, history, late_events=late_events, incremental=incremental)
    assert_same(marts, in_two_loads)


@pytest.fixture(scope="module")
def incremental(compiled: CompiledProject) -> str:
    return compiled.compile_incremental(EVENTS)[EVENTS]


# ---- days and weeks ------------------------------------------------------------------


def history_of(moments: Iterable[datetime], as_of_date: date, grain: str) -> History:
    """One client whose one user acts at these times; retention by a grain."""
    always: dict[str, Any] = {"valid_from": None, "valid_to": None}
    least: dict[str, Any] = {"min_users": 1, "min_events": 1, "min_days": 1, "window_days": 28}
    return History(
        as_of_date=as_of_date,
        definitions=[Definition(**always, definition_id="default", **least)],
        core_actions=[CoreAction(**always, definition_id="default", event_name="*", is_core=True)],
        criteria=[],
        retentions=[Retention("r1", "default", "user", grain, "first_ever", None, None, 3, False)],
        brackets=[],
        clients=[Client("c1", datetime(2023, 1, 1), "smb", False, None)],
        users=[],
        plans=[],
        plan_features=[],
        versions=[],
        events=[
            Event(f"e{number}", "c1", "u1", "view", None, moment)
            for number, moment in enumerate(moments)
        ],
    )


@pytest.mark.parametrize(
    ("short_or_long", "hours"), [(date(2024, 3, 10), 23), (date(2024, 11, 3), 25)]
)
def test_a_day_of_23_or_25_hours_is_one_day(
    elsewhere: Warehouse, short_or_long: date, hours: int
) -> None:
    """An event in every hour around a change of the clocks, in UTC."""
    first = datetime.combine(short_or_long, datetime.min.time()) - timedelta(days=2)
    moments = [first + timedelta(hours=hour) for hour in range(24 * 6)]
    history = history_of(moments, short_or_long + timedelta(days=2), "day")
    marts = build(elsewhere, history)
    assert_same(Reference(history, ZoneInfo(NEW_YORK), "sunday", **BASELINE).marts(), marts)
    counts = {
        row["activity_date"]: row["event_count"] for row in marts["fct_client_activity_daily"]
    }
    assert [counts[short_or_long + timedelta(days=n)] for n in (-1, 0, 1)] == [24, hours, 24]
    returned = {
        row["period_number"]: row["retained_count"]
        for row in marts["fct_usage_retention"]
        if row["retention_method"] == "rolling"
    }
    assert returned == {0: 1, 1: 1, 2: 1, 3: 1}


@pytest.mark.parametrize(
    ("is_elsewhere", "weeks"),
    [
        (False, {date(2024, 1, 1): "new", date(2024, 1, 8): "retained"}),
        (True, {date(2023, 12, 31): "new", date(2024, 1, 7): "retained"}),
    ],
)
def test_weeks_begin_on_the_day_of_the_variable(
    warehouse: Warehouse, elsewhere: Warehouse, is_elsewhere: bool, weeks: dict[date, str]
) -> None:
    """Friday, Saturday, then Monday; or up to Saturday, then Sunday: two weeks each."""
    days = [5, 6, 7] if is_elsewhere else [6, 7, 8]
    moments = [datetime(2024, 1, day, 17, tzinfo=UTC).replace(tzinfo=None) for day in days]
    marts = build(
        elsewhere if is_elsewhere else warehouse, history_of(moments, date(2024, 1, 9), "week")
    )
    assert {
        row["period_start_date"]: row["lifecycle_status"]
        for row in marts["fct_lifecycle"]
        if (row["entity_type"], row["period_grain"]) == ("user", "week")
    } == weeks
    assert {row["cohort_start_date"] for row in marts["fct_usage_retention"]} == {min(weeks)}
