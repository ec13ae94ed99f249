"""The marts of activity and retention hold what an independent reference counts.

The SQL is run on random histories, from raw tables to marts, and every row and column is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from compiled_project import CompiledProject, Row, Warehouse
from random_histories import CALENDAR, histories, raw_rows, seed_rows
from reference_activity import History, Reference

HISTORIES = 200
BASELINE = {"baseline_weeks": 4, "baseline_weeks_min": 2}
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
examples: Counter[str] = Counter()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return CompiledProject(
        tmp_path_factory.mktemp("compiled"), list(MARTS), **CALENDAR, **BASELINE
    )


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledProject) -> Warehouse:
    made = Warehouse(compiled)
    made.build(CALENDARS)
    return made


def build(warehouse: Warehouse, history: History) -> dict[str, list[Row]]:
    """The marts of a history."""
    given_models = {"as_of", *CALENDARS, *seed_rows(history)}
    with warehouse.transaction():
        for name, rows in {**seed_rows(history), **raw_rows(history)}.items():
            warehouse.insert(name, rows)
        warehouse.insert("as_of", [{"as_of_date": history.as_of_date}])
        warehouse.build(warehouse.compiled.order(MARTS, given_models))
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


def assert_same(mart: str, reference: Iterable[Row], rows: Iterable[Row]) -> None:
    ours, theirs = keyed(mart, reference), keyed(mart, rows)
    assert ours.keys() - theirs.keys() == set(), f"{mart} lacks rows"
    assert theirs.keys() - ours.keys() == set(), f"{mart} has rows too many"
    for key, row in ours.items():
        assert row.keys() == theirs[key].keys(), mart
        differing = {
            name: (value, theirs[key][name])
            for name, value in row.items()
            if not is_same(value, theirs[key][name])
        }
        assert not differing, f"{mart} {key}: (reference, mart) {differing}"


@given(history=histories())
@settings(
    max_examples=HISTORIES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_marts_equal_the_reference(warehouse: Warehouse, history: History) -> None:
    marts = build(warehouse, history)
    reference = Reference(history, **BASELINE).marts()
    for mart in MARTS:
        assert_same(mart, reference[mart], marts[mart])
        examples[mart] += bool(marts[mart])
