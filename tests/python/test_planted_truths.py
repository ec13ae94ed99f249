"""What was planted in the demo's usage is found in the marts of activity and retention."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from statistics import mean
from typing import Any

import pytest

from conftest import ROOT, Built
from reference_activity import newcombe

Row = dict[str, Any]
# Every table that counts clients or users; fct_usage_daily lists all usage, and says why not.
COUNTING = """
    select table_name, column_name from information_schema.columns
    where table_schema = 'marts' and column_name in ('client_id', 'user_id', 'entity_id')
        and table_name not in
            ('dim_clients', 'dim_users', 'fct_usage_daily', 'fct_quarantined_rows')
"""
DAILY_USERS = """
    select activity_date, active_user_count from marts.fct_active_users_daily
    where is_default_definition and window_days = 1 and attribute = 'all'
"""
# Whether clients that onboarded in time, and the others, pay at the end.
ONBOARDED = """
    select activation.is_activated, count(*), sum(case when mrr.is_gone then 1 else 0 end)
    from marts.fct_activation as activation
    inner join (
        select client_id, arg_max(mrr_amount, valid_from) = 0 as is_gone
        from marts.fct_client_mrr
        group by client_id
    ) as mrr using (client_id)
    where activation.criterion_id = 'onboarded' and activation.is_judged and activation.is_mature
    group by all
"""


@pytest.fixture(scope="module")
def truths() -> Row:
    text = (ROOT / "tests/fixtures/demo_ledger/truths.json").read_text()
    return dict(json.loads(text))


# ---- onboarding ----------------------------------------------------------------------


def test_onboarding_splits_clients_as_planted(built: Built, truths: Row) -> None:
    """Of clients under contract all are told apart but those unseen from their first day on."""
    planted = truths["onboarding"]
    found = dict(
        built.project.rows(
            "select is_activated, count(*) from marts.fct_activation"
            " inner join marts.dim_clients using (client_id)"
            " where criterion_id = 'onboarded' and is_judged"
            " and relationship_type = 'contractual' group by all"
        )
    )
    onboarded = planted["within_14_days"]["clients"]
    others = planted["later_or_never"]["clients"]
    unseen = built.project.rows(
        "select count(*) from marts.fct_activation inner join marts.dim_clients using (client_id)"
        " where criterion_id = 'onboarded' and not is_judged"
        " and relationship_type = 'contractual'"
    )[0][0]
    merged = len(truths["clients"]["merged"])
    assert found[True] + found[False] + unseen + merged == onboarded + others
    assert found[True] <= onboarded <= found[True] + unseen + merged
    assert found[False] <= others <= found[False] + unseen + merged


def test_clients_that_onboard_in_time_churn_less(built: Built) -> None:
    shares = {row[0]: (int(row[2]), int(row[1])) for row in built.project.rows(ONBOARDED)}
    lower = newcombe(shares[False], shares[True], "lower")
    assert lower is not None
    assert lower > 0, shares


# ---- seasons -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def daily_users(built: Built) -> dict[date, int]:
    return dict(built.project.rows(DAILY_USERS))


def weekday_mean(daily_users: dict[date, int], *spans: tuple[str, str]) -> float:
    """Mean daily actives from Monday to Friday, from the first day to the last of each span."""
    days: Iterable[date] = (
        day
        for first, last in spans
        for day in daily_users
        if date.fromisoformat(first) <= day <= date.fromisoformat(last) and day.weekday() < 5
    )
    return mean(daily_users[day] for day in days)


def test_weekends_are_quiet(daily_users: dict[date, int]) -> None:
    """In every quarter, since the number of clients grows."""
    quarters: dict[tuple[int, int], dict[bool, list[int]]] = {}
    for day, users in daily_users.items():
        found = quarters.setdefault((day.year, (day.month - 1) // 3), {True: [], False: []})
        found[day.weekday() >= 5].append(users)
    assert len(quarters) == 8
    for quarter, found in quarters.items():
        assert mean(found[True]) < 0.6 * mean(found[False]), quarter


@pytest.mark.parametrize("year", [2023, 2024])
def test_turn_of_the_year_is_quiet(daily_users: dict[date, int], year: int) -> None:
    quiet = weekday_mean(daily_users, (f"{year}-12-24", f"{year + 1}-01-01"))
    before_and_after = weekday_mean(
        daily_users, (f"{year}-12-02", f"{year}-12-23"), (f"{year + 1}-01-02", f"{year + 1}-01-24")
    )
    assert quiet < 0.7 * before_and_after


def test_summer_is_quiet(daily_users: dict[date, int]) -> None:
    """In the one summer that has a spring and an autumn beside it."""
    quiet = weekday_mean(daily_users, ("2024-07-10", "2024-08-25"))
    before_and_after = weekday_mean(
        daily_users, ("2024-05-24", "2024-07-09"), ("2024-08-26", "2024-10-11")
    )
    assert quiet < 0.9 * before_and_after


# ---- clients -------------------------------------------------------------------------


def test_planted_gaps_are_resurrections(built: Built, truths: Row) -> None:
    """Dormant in the month after the last one with activity, and resurrected when planted."""
    statuses = {
        (client_id, month): status
        for client_id, month, status in built.project.rows(
            "select entity_id, period_start_date, lifecycle_status from marts.fct_lifecycle"
            " where is_default_definition and entity_type = 'client' and period_grain = 'month'"
        )
    }
    planted = truths["clients"]["resurrected"]
    assert planted
    for client_id, gap in planted.items():
        last = date.fromisoformat(gap["last_active_date"]).replace(day=1)
        month_after = (last + timedelta(days=31)).replace(day=1)
        back = date.fromisoformat(gap["resurrected_date"]).replace(day=1)
        assert statuses[client_id, month_after] == "dormant", client_id
        assert statuses[client_id, back] == "resurrected", client_id


def test_internal_clients_and_users_count_nowhere(built: Built, truths: Row) -> None:
    internal = {
        *truths["clients"]["internal"],
        *truths["clients"]["internal_users"],
        *(
            user_id
            for (user_id,) in built.project.rows(
                "select user_id from marts.dim_users where exclusion_reason = 'internal_client'"
            )
        ),
    }
    columns = built.project.rows(COUNTING)
    assert {"fct_lifecycle", "fct_activation", "fct_active_definition_diff"} <= {
        table for table, _ in columns
    }
    for table, column in columns:
        found = {name for (name,) in built.project.rows(f"select {column} from marts.{table}")}
        assert not found & internal, table


def test_internal_clients_and_users_are_listed_with_the_reason(built: Built, truths: Row) -> None:
    planted = truths["clients"]
    clients = dict(built.project.rows("select client_id, exclusion_reason from marts.dim_clients"))
    users = dict(built.project.rows("select user_id, exclusion_reason from marts.dim_users"))
    assert {name for name, reason in clients.items() if reason} == set(planted["internal"])
    assert {clients[name] for name in planted["internal"]} == {"internal_client"}
    listed = {name: users[name] for name in planted["internal_users"] if name in users}
    assert listed
    assert set(listed.values()) <= {"internal_user", "internal_client"}
    usage = built.project.rows(
        "select distinct client_id, user_id, exclusion_reason from marts.fct_usage_daily"
    )
    for client_id, user_id, reason in usage:
        assert (clients[client_id] or users.get(user_id)) == reason
