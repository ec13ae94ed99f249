"""How many rows may be quarantined, by table and reason."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from active_clients.build import QUARANTINE_TEST
from conftest import ROOT, DbtProject

# 10,000 events of which 600 are quarantined, 400 for an unknown client alone, 100 for that and a
# number, 100 for a number; 100 answers, of which 40 are, and 2,000 invoices, of which 100 are.
EVENTS = [("unknown_client:client_id", 400),
          ("invalid_number:quantity,unknown_client:client_id", 100),
          ("invalid_number:quantity", 100)]  # fmt: skip
Limits = list[dict[str, Any]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    return DbtProject(tmp_path_factory.mktemp("limits")).parsed()


def exceeded(project: DbtProject, limits: Limits, **variables: Any) -> list[tuple[Any, ...]]:
    """Table, reason, its rows, what the limit is of, the share and the limit."""
    project.vars = {"quarantine_limits": limits, **variables}
    project.dbt("compile", "--select", QUARANTINE_TEST)
    (path,) = (project.path / "target/compiled").rglob(f"{QUARANTINE_TEST}.sql")
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as build; use build")
        connection.execute("create schema marts; create schema reference")
        connection.execute(
            "create table reference.rejection_rules as"
            f" from read_csv('{ROOT / 'seeds/reference/rejection_rules.csv'}')"
        )
        connection.execute(
            "create table marts.fct_row_dispositions as select * from (values"
            " ('product', 'usage_events', 6000, 300), ('product', 'usage_events', 4000, 300),"
            " ('feedback', 'survey_responses', 100, 40), ('billing', 'invoices', 2000, 100))"
            " as t (source_name, table_name, raw_row_count, quarantined_row_count)"
        )
        connection.execute(
            "create table marts.fct_quarantined_rows"
            " (source_name text, table_name text, rejection_reasons text)"
        )
        quarantined = [("product", "usage_events", *events) for events in EVENTS]
        quarantined += [
            ("feedback", "survey_responses", "invalid_number:score", 40),
            ("billing", "invoices", "missing_key:invoice_id", 100),
        ]
        for source, table, reasons, count in quarantined:
            connection.execute(
                f"insert into marts.fct_quarantined_rows select ?, ?, ? from range({count})",
                [source, table, reasons],
            )
        return connection.execute(
            "select table_name, reason, row_count, limited_reason,"
            " cast(quarantine_rate as double), cast(quarantine_rate_max as double)"
            f" from ({path.read_text()}) order by all"
        ).fetchall()


def test_without_limits_a_table_counts_as_a_whole(project: DbtProject) -> None:
    """6 % of the events; 40 % of a small table and 5 % of another are not above their limits."""
    assert exceeded(project, []) == [
        ("usage_events", "invalid_number", 200, "all others", 0.06, 0.05),
        ("usage_events", "unknown_client", 500, "all others", 0.06, 0.05),
    ]
    assert exceeded(project, [], quarantine_rate_max=0.06) == []


def test_a_reason_with_a_limit_counts_by_itself(project: DbtProject) -> None:
    """What is left are the 2 % whose number is wrong, as well or alone."""
    unknown = {"table": "usage_events", "reason": "unknown_client", "max": 0.05}
    assert exceeded(project, [unknown]) == []
    assert exceeded(project, [unknown | {"max": 0.049}]) == [
        ("usage_events", "unknown_client", 500, "unknown_client", 0.05, 0.049),
    ]
    assert exceeded(project, [unknown], quarantine_rate_max=0.019) == [
        ("invoices", "missing_key", 100, "all others", 0.05, 0.019),
        ("usage_events", "invalid_number", 200, "all others", 0.02, 0.019),
    ]


def test_a_table_has_a_limit_of_its_own(project: DbtProject) -> None:
    limits = [
        {"table": "usage_events", "max": 0.06},
        {"table": "survey_responses", "max": 0.3},
        {"table": "invoices", "reason": "unknown_client", "max": 0},
    ]
    assert exceeded(project, limits) == [
        ("survey_responses", "invalid_number", 40, "all others", 0.4, 0.3),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        {"table": "events", "max": 0.1},
        {"table": "usage_events", "max": 5},
        {"table": "usage_events", "reason": "x' or 1=1", "max": 0.1},
        {"table": "usage_events"},
    ],
)
def test_an_entry_that_means_nothing_is_refused(project: DbtProject, entry: Any) -> None:
    project.vars = {"quarantine_limits": [entry]}
    result = project.dbt("compile", "--select", QUARANTINE_TEST, check=False)
    assert not result.success
    told = str(result.exception) + "".join(str(r.message) for r in result.result or [])
    assert "quarantine_limits has" in told
