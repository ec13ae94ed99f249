"""What people type for dbt works: other variables, one mart, no rows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from active_clients.project import read_vars, variable_rules
from conftest import Built, DbtProject

OTHERWISE: dict[str, Any] = {
    "quarantine_limits": [{"table": "tickets", "max": 0.4}],
    "history_loaded_until": "2024-06-30",
    "reporting_time_zone": "America/New_York",
    "reporting_currency": "EUR",
    "default_definition_id": "other",
    "as_of_date": "2024-03-31",
    "survival_observed_from": "2020-01-01",
    "earliest_date": "1990-01-01",
    "calendar_start_date": "2005-01-01",
    "calendar_end_date": "2050-01-01",
    "internal_email_domains": ["acme.com", "example.com"],
    "clv_segmentations": ["country_code"],
    "publish_free_text": True,
    "cut_marts_by": ["segment", "country", "mrr_band"],
}


def other_value(name: str, rule: dict[str, Any], default: Any) -> Any:
    """A value that a variable may have and has not by default."""
    if name in OTHERWISE:
        return OTHERWISE[name]
    if "choices" in rule and rule["kind"] == "text":
        # Empty policies follow the preset, which is another one.
        return default if default == "" else next(c for c in rule["choices"] if c != default)
    if default == "":
        return default
    value = round(default * 1.1, 2) if rule["kind"] == "number" else 2 * default + 1
    return min(value, rule.get("maximum", value))


def other_variables() -> dict[str, Any]:
    """Every variable but where the tables are and which there are."""
    defaults = read_vars()
    return {
        name: other_value(name, rule, defaults[name])
        for name, rule in variable_rules().items()
        if not name.endswith(("_location", "_enabled")) and name != "empty_tables"
    }


def graph(manifest: Any) -> dict[str, Any]:
    """What is built and tested, how, and from what."""
    return {
        key: (node.config.to_dict(), node.raw_code, sorted(node.depends_on_nodes))
        for key, node in manifest.nodes.items()
    } | {key: sorted(metric.depends_on_nodes) for key, metric in manifest.metrics.items()}


def test_unit_tests_say_every_variable_that_they_assume(built: Built, tmp_path: Path) -> None:
    shutil.copy(built.project.database, tmp_path)
    project = DbtProject(tmp_path, other_variables())
    changed = [name for name, value in project.vars.items() if value != read_vars()[name]]
    assert len(changed) > 50
    project.manifest = project.dbt("parse", "--no-write-json").result
    # What all tests take for granted that share what was parsed.
    assert graph(project.manifest) == graph(DbtProject(tmp_path / "default").parsed().manifest)
    project.dbt("test", "--select", "test_type:unit")


def test_one_mart_builds_in_an_empty_file_and_all_without_rows(tmp_path: Path) -> None:
    project = DbtProject(tmp_path).parsed()
    project.dbt("build", "--select", "+fct_client_churns", "--exclude-resource-type", "unit_test")
    assert project.rows("select count(*) > 0 from marts.fct_client_churns") == [(True,)]
    project.database.unlink()
    project.dbt("build", "--empty", "--select", "+fct_nps", "assert_definitions_can_be_used")
    assert project.rows("select count(*) from marts.fct_nps") == [(0,)]
