"""The cost of a build grows with the data: no model compares rows pair by pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from conftest import ROOT, Built
from test_project import sql_files

PAIRWISE = {"BLOCKWISE_NL_JOIN", "NESTED_LOOP_JOIN"}
# A side of so few rows by DuckDB's estimate (as_of_date, definitions, bands) is no growth.
FEW_ROWS = 10
ALLOWED = {
    "int_churn_replicate_fits": "each round tries a fixed grid of points for each replicate",
    "fct_feedback_themes": "every comment is searched for every keyword of a seed",
    "int_purchase_covariances": "numbers that name the cells of a small matrix",
    "int_spend_covariances": "numbers that name the cells of a small matrix",
    "int_purchase_fits": "a search begins at the best of a fixed grid of points for each fit",
    "int_spend_fits": "a search begins at the best of a fixed grid of points for each fit",
}


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operator of a plan."""
    yield plan
    for child in plan["children"]:
        yield from operators(child)


def estimated_rows(operator: dict[str, Any]) -> int:
    """Rows of an operator; one that does not say passes on what it reads, or sums it up."""
    if operator["name"] == "UNGROUPED_AGGREGATE":
        return 1
    estimate = operator["extra_info"].get("Estimated Cardinality")
    if estimate is not None:
        return int(estimate)
    return max((estimated_rows(child) for child in operator["children"]), default=0)


def pairwise_joins(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[int]]:
    """Rows of both sides of the joins of a statement that look at every pair."""
    ((_, text),) = connection.execute(f"explain (format json) {sql}").fetchall()
    sides = [
        sorted(estimated_rows(child) for child in operator["children"])
        for plan in json.loads(text)
        for operator in operators(plan)
        if operator["name"] in PAIRWISE
    ]
    return [rows for rows in sides if rows[0] > FEW_ROWS]


@pytest.fixture
def connection(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The private file of the demo."""
    with duckdb.connect(str(built.project.database), read_only=True) as connection:
        yield connection


def test_no_model_compares_rows_pair_by_pair(
    built: Built, connection: duckdb.DuckDBPyConnection
) -> None:
    """Before DuckDB 2 a left join that asks something of one side alone is a nested loop."""
    folder = built.project.path / "target/compiled/active_clients/models"
    found = {
        path.stem: joins
        # Tests have SQL there too, some of it under the name of a model.
        for path in [folder / model.relative_to(ROOT / "models") for model in sql_files("models")]
        if path.is_file() and (joins := pairwise_joins(connection, path.read_text()))
    }
    assert set(found) == set(ALLOWED), found


def test_a_pairwise_join_would_be_seen(connection: duckdb.DuckDBPyConnection) -> None:
    sql = """
        select * from marts.dim_clients as clients
        left join marts.fct_client_mrr as mrr
            on clients.client_id = mrr.client_id or clients.is_internal
    """
    assert pairwise_joins(connection, sql)
