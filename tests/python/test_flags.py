"""Every optional table can be missing: what needs it is off, the rest builds."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import pytest

from active_clients.project import read_vars
from conftest import ROOT, SOURCES, DbtProject

ROUNDS = 5
FLAGS = sorted(name for name in read_vars() if name.endswith("_enabled"))
OFF = {
    "users_enabled": {"dim_users"},
    "plans_enabled": {"dim_plans"},
    "survey_invitations_enabled": {"fct_survey_invitations", "fct_survey_response_rates"},
    "tickets_enabled": {"fct_tickets", "fct_ticket_backlog", "fct_support_effects"},
    "touchpoints_enabled": {
        "fct_touchpoints",
        "fct_client_silence",
        "fct_communication_reach",
        "fct_communication_lift",
    },
    "offers_enabled": {"fct_offers", "fct_offer_lift"},
    "referrals_enabled": {"fct_referrals", "fct_referral_outcomes"},
}
NEEDED = ("clients", "usage_events", "subscriptions", "survey_responses")


def only_needed_tables(path: Path) -> DbtProject:
    """A folder with the four tables that every user has, and no other file."""
    project = DbtProject(path)
    for table in NEEDED:
        shutil.copy(ROOT / f"seeds/demo/{table}.csv", path / "raw")
    location = str(path / "raw" / "{name}.csv")
    project.vars = {f"{source}_location": location for source in SOURCES}
    return project


def test_all_optional_tables_off_builds_and_passes(tmp_path: Path) -> None:
    project = only_needed_tables(tmp_path)
    # Without exchange rates, rows in other currencies are quarantined, not converted 1:1.
    project.vars |= {"quarantine_rate_max": 1, "quarantine_rate_max_small_table": 1}
    project.vars |= dict.fromkeys(FLAGS, False)
    project.dbt("build", "--exclude-resource-type", "unit_test")
    marts = {
        name
        for (name,) in project.rows(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        )
    }
    assert marts.isdisjoint(set.union(*OFF.values()))
    off = project.rows("select mart_name from marts.fct_coverage where reason like 'table off: %'")
    assert {name for (name,) in off} >= set.union(*OFF.values())
    reasons = project.rows("select distinct reason from marts.fct_coverage where row_count = 0")
    assert all(reason.startswith(("table off: ", "waits for ")) for (reason,) in reasons)
    assert project.rows("select distinct revenue_basis from marts.fct_client_lifetime_value") == [
        ("accrued",)
    ]
    assert project.rows("select distinct currency_code from marts.fct_mrr_movements") == [("USD",)]
    reasons = project.rows(
        "select count(*) from marts.fct_quarantined_rows"
        " where rejection_reasons like '%missing_exchange_rate%'"
    )
    assert reasons[0][0] > 0


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_every_flag_off_while_any_other_is_on(tmp_path: Path, round_number: int) -> None:
    """The graph holds without the tables; what needs them is left out."""
    off = [
        flag
        for flag, rounds in zip(FLAGS, combinations(range(ROUNDS), ROUNDS // 2), strict=False)
        if round_number in rounds
    ]
    project = DbtProject(tmp_path, dict.fromkeys(off, False))
    asked = ("list", "--resource-type", "model", "--output", "name", "--no-write-json")
    listed = project.dbt(*asked).result
    assert not set(listed) & set().union(*(OFF.get(flag, set()) for flag in off))
    assert "fct_client_months" in listed


def test_rounds_are_enough() -> None:
    """No flag's rounds lie within another's, so in some round one is off and the other on."""
    assert len(FLAGS) <= len(list(combinations(range(ROUNDS), ROUNDS // 2)))
