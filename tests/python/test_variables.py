"""A variable that is misspelt, or has a value that it cannot have, stops what dbt does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from active_clients.project import (
    ProjectError,
    VariablesError,
    raw_tables,
    read_vars,
    variable_problems,
    variable_rules,
)
from conftest import DbtProject
from test_project import relative, sql_files, without_comments

WRONG: dict[str, Any] = {
    "nps_windw_days": 30,
    "internal_email_domains": "acme.com",
    "reporting_time_zone": "Europe/Pari",
    "gross_margin_rate": 80,
    "week_start_day": "tuesday",
    "default_definition_id": 7,
    "as_of_date": "x' as d",
    "clv_segmentations": "plan",
    "mrr_preset": "profitwell",
    "reporting_currency": "usd",
}
TOLD = [
    "There is no variable nps_windw_days; did you mean nps_window_days? It must be a whole number"
    " from 1 up: Window of the latest response per respondent.",
    "The variable as_of_date is 'x' as d'; it must be a date such as 2025-06-30, or ''.",
    "The variable reporting_time_zone is 'Europe/Pari'; it must be a time zone such as"
    " Europe/Paris (did you mean Europe/Paris?). Zone in which days begin and end.",
    "The variable week_start_day is 'tuesday'; it must be one of monday, sunday.",
    "The variable default_definition_id is 7; it must be text such as default.",
    "The variable internal_email_domains is 'acme.com'; it must be a list such as [acme.com].",
    "The variable reporting_currency is 'usd'; it must be text such as USD.",
    "The variable mrr_preset is 'profitwell'; it must be one of standard, chartmogul,",
    "The variable gross_margin_rate is 80; it must be a number from 0 to 1.",
    "The variable clv_segmentations is 'plan'; it must be a list such as [segment+plan, plan] of",
]


def test_a_build_names_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    project = DbtProject(tmp_path, WRONG)
    result = project.build()
    assert result.returncode == 1
    assert [line for line in TOLD if f"- {line}" not in result.stdout] == []
    assert "Build failed: the variables cannot be used" in result.stdout


def test_dbt_names_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    result = DbtProject(tmp_path, WRONG).dbt("build", "--select", "as_of", check=False)
    assert not result.success
    assert [line for line in TOLD if f"- {line}" not in str(result.exception)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of_date", "2025-02-29"),
        ("as_of_date", 20250630),
        ("as_of_date", None),
        ("tickets_enabled", "false"),
        ("crm_location", 5),
        ("nps_window_days", "1.5"),
        ("nps_window_days", True),
        ("reporting_lock_day", 29),
        ("past_due_grace_days", -1),
        ("paused_policy", "maybe"),
        ("internal_email_domains", ["@acme.com"]),
        ("internal_email_domains", [7]),
        ("empty_tables", ["usage_events"]),
        ("clv_segmentations", ["plan+region"]),
        ("health_yellow_from", 90),
        ("baseline_weeks_min", 9),
        ("calendar_end_date", "2009-01-01"),
        ("reporting_time_zone", "Mars/Olympus"),
        ("reporting_time_zone", ["UTC"]),
        ("crm_location", None),
        ("crm_location", "/lake/{table}.csv"),
        ("crm_location", "/lake/{}/{name}.csv"),
        ("crm_location", "/lake/{name"),
        ("crm_location", "/x.csv') union all select * from read_text('/etc/passwd') --"),
        ("crm_location", "clients) union all (select 1"),
        ("crm_location", "raw; drop schema marts"),
        ("crm_location", "raw--"),
    ],
)
def test_a_value_that_a_variable_cannot_have_is_refused(name: str, value: Any) -> None:
    with pytest.raises(VariablesError) as refused:
        read_vars(yaml.safe_dump({name: value}))
    assert len(refused.value.lines) == 1
    assert name in refused.value.lines[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of_date", "2024-02-29"),
        ("paused_policy", "keep"),
        ("past_due_grace_days", "30"),
        ("internal_email_domains", ["acme.com", "acme.co.uk"]),
        ("clv_segmentations", ["segment+plan", "country_code"]),
        ("clv_segmentations", []),
        ("reporting_time_zone", "America/Argentina/Buenos_Aires"),
        ("health_yellow_from", 69.5),
        ("crm_location", "/lake/{name}/*.parquet"),
        ("crm_location", "s3://lake-1/a b/{name}/day=*/{name}.csv?x=1&y=2"),
        ("crm_location", "my-project.raw"),
    ],
)
def test_a_value_that_it_can_have_is_taken(name: str, value: Any) -> None:
    assert read_vars(yaml.safe_dump({name: value}))[name] == value


@pytest.mark.parametrize("given", ["{1: 2}", "{null: 1}", "[1]", "word", "{a", "{1: 2, b: 3}"])
def test_what_is_no_mapping_of_names_is_refused(given: str) -> None:
    with pytest.raises(ProjectError, match="--vars"):
        read_vars(given)


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("as_of_day", "as_of_date"),
        ("timezone", "reporting_time_zone"),
        ("currency", "reporting_currency"),
        ("internal_email_domain", "internal_email_domains"),
        ("NPS_WINDOW_DAYS", "nps_window_days"),
        ("invoice_enabled", "invoices_enabled"),
        ("bananas", None),
    ],
)
def test_the_nearest_name_is_offered(misspelt: str, meant: str | None) -> None:
    (problem,) = variable_problems({misspelt: 1})
    offered = f"; did you mean {meant}? It must be " if meant else "."
    assert problem.startswith(f"There is no variable {misspelt}{offered}")


def test_tables_that_may_be_empty_are_those_of_the_contract() -> None:
    tables = sorted(table.label for table in raw_tables(read_vars()))
    assert sorted(variable_rules()["empty_tables"]["choices"]) == tables


def test_what_a_variable_takes_has_one_home() -> None:
    """Bounds at a call would be a second one; and only flags and places are read unchecked."""
    unchecked = {name for name in read_vars() if name.endswith(("_enabled", "_location"))}
    unchecked |= {"as_of_date", "survival_observed_from", "publish_free_text"}
    offenders = []
    for path in sql_files("models", "macros", "tests"):
        text = without_comments(path.read_text())
        read = re.findall(r"\bvar\('(\w+)'\)", text)
        offenders += [f"{relative(path)}: {name}" for name in read if name not in unchecked]
        offenders += re.findall(r"\w+_var\('\w+',[^)]*\)", text)
    assert offenders == []
