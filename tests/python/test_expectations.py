"""scripts/check_data: suites for everything, and failures that are seen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from active_clients.expectations.shapes import shape, without_values
from active_clients.private import E_MAIL
from active_clients.project import ROOT, ProjectError, raw_tables, read_vars
from conftest import Built, DbtProject

EXPECTATIONS = ROOT / "expectations"


def suites() -> list[Path]:
    return sorted(EXPECTATIONS.glob("*/*.json"))


@pytest.mark.parametrize("path", suites(), ids=lambda path: path.stem)
def test_suite_is_well_formed(path: Path) -> None:
    suite = json.loads(path.read_text())
    assert suite["notes"]
    for expectation in suite["expectations"]:
        assert expectation["severity"] in {"critical", "warning"}
    types = {expectation["type"] for expectation in suite["expectations"]}
    # An empty table would pass every other expectation.
    assert path.stem == "fct_quarantined_rows" or "expect_table_row_count_to_be_between" in types


def test_every_raw_table_has_a_suite() -> None:
    tables = {table.label for table in raw_tables(read_vars())}
    assert {path.stem for path in (EXPECTATIONS / "raw").glob("*.json")} == tables


def test_suites_look_for_every_column_of_the_contract() -> None:
    for table in raw_tables(read_vars()):
        suite = json.loads((EXPECTATIONS / "raw" / f"{table.label}.json").read_text())
        (columns,) = (
            set(expectation["kwargs"]["column_set"])
            for expectation in suite["expectations"]
            if expectation["type"] == "expect_table_columns_to_match_set"
        )
        assert columns == set(table.columns), table.label


def test_results_show_no_e_mail_address(built: Built) -> None:
    for path in (built.project.path / "target" / "gx").rglob("*"):
        if path.suffix in {".json", ".html"}:
            assert not re.findall(E_MAIL, path.read_text()), path


def outcomes_of_raw(project: DbtProject, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the raw suites find, in this process: the library is slow to import."""
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    from active_clients.expectations import runner

    outcomes, _ = runner.run("raw", read_vars(project.vars_text))
    return {outcome.label: outcome for outcome in outcomes}


def test_raw_tables_that_lost_their_rows_and_columns_block(
    project: DbtProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.path / "raw" / "usage_events.csv").write_text("event_id,client_id\n")
    (project.path / "raw" / "tickets.csv").unlink()
    project.vars["tickets_enabled"] = False
    outcomes = outcomes_of_raw(project, monkeypatch)
    messages = "\n".join(outcomes["product.usage_events"].critical)
    assert "table_row_count_to_be_between" in messages
    assert "table_columns_to_match_set" in messages
    assert outcomes["support.tickets"].off
    assert not outcomes["crm.touchpoints"].critical


def test_results_and_pages_show_no_value_of_a_raw_row(
    project: DbtProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anything may stand in any column, and the pages are HTML."""
    mail, phone, tag = "ann.miller@example.com", "+49 30 901820", "<script>alert(1)</script>"
    client = {"client_id": tag, "client_name": "Acme", "segment": phone, "country_code": tag}
    project.write_raw("clients", [{**client, "is_internal": tag}])
    project.write_raw("subscriptions", [{"subscription_id": "s", "currency_code": mail}])
    project.write_raw("tickets", [{"ticket_id": "t", "priority": phone}])
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    from active_clients.expectations import runner

    outcomes, context = runner.run("raw", read_vars(project.vars_text))
    runner.write_docs(context)
    said = [line for outcome in outcomes for line in outcome.critical + outcome.warning]
    written = [
        path.read_text()
        for path in (project.path / "target/gx").rglob("*")
        if path.suffix in {".html", ".json"}
    ]
    assert len(written) > 14
    for text in ["\n".join(said), *written]:
        for value in (mail, phone, tag):
            assert value not in text
    assert any("xxx.xxxxxx@xxxxxxx.xxx" in text for text in written)


def test_a_shape_says_what_a_value_looks_like() -> None:
    assert shape("Zoë +49 <b>") == "xxx +99 ?x?"
    assert shape("a" * 50) == "x" * 40 + "..."
    named = {"smb"}
    found = {"observed_value": ["smb", "Ann", 5, None, "2025-06-30", "2025-06-30T01:02:03"]}
    assert without_values(found, named) == {
        "observed_value": ["smb", "xxx", 5, None, "2025-06-30", "2025-06-30T01:02:03"]
    }


def test_a_raw_table_that_is_missing_is_an_error(
    project: DbtProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.path / "raw" / "clients.csv").unlink()
    with pytest.raises(ProjectError, match=r"crm\.clients cannot be read"):
        outcomes_of_raw(project, monkeypatch)


@pytest.mark.parametrize("silent", [False, True])
def test_canary_must_fail(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    for name, value in built.project.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    from active_clients.expectations import runner

    if silent:
        passes = '{"type": "expect_column_to_exist", "kwargs": {"column": "one"}}'
        (tmp_path / "canary.json").write_text(f'{{"expectations": [{passes}]}}')
        monkeypatch.setattr(runner, "SUITES", tmp_path)
    context = runner.Runner("marts", built.project.database)
    try:
        if silent:
            with pytest.raises(ProjectError, match="canary did not fail"):
                runner.prove_canary_fails(context)
        else:
            runner.prove_canary_fails(context)
    finally:
        context.close()
