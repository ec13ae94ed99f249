"""scripts/query: answers from the published file, and questions it cannot answer."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from conftest import Built, run_script

Ask = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def ask(built: Built) -> Ask:
    """Ask the published demo."""

    def run(*arguments: str) -> CompletedProcess[str]:
        command = [sys.executable, "scripts/query.py", "--file", str(built.published)]
        return run_script([*command, *arguments])

    return run


@pytest.fixture
def has_metrics(built: Built) -> None:
    tables = built.project.rows(
        "select table_name from duckdb_tables() where schema_name = 'metrics'", built.published
    )
    if ("semantic_manifest",) not in tables:
        pytest.skip("the project has no metrics")


def rows_of(result: CompletedProcess[str]) -> list[dict[str, str]]:
    assert result.returncode == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_sql_is_answered(ask: Ask, built: Built) -> None:
    rows = rows_of(ask("--csv", "--sql", "select count(*) as clients from marts.dim_clients"))
    expected = built.project.rows("select count(*) from marts.dim_clients")
    assert [int(row["clients"]) for row in rows] == [expected[0][0]]


def test_sql_error_is_one_message(ask: Ask) -> None:
    result = ask("--sql", "select nothing from marts.dim_clients")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_file_of_the_machine_cannot_be_read(ask: Ask) -> None:
    assert ask("--sql", "select * from read_text('/etc/hostname')").returncode == 2


def test_missing_file_says_what_to_do(ask: Ask) -> None:
    result = ask("--file", "missing.duckdb", "--list")
    assert result.returncode == 2
    assert "run scripts/build first" in result.stderr


@pytest.mark.usefixtures("has_metrics")
def test_metrics_are_listed(ask: Ask) -> None:
    result = ask("--list")
    assert result.returncode == 0
    for name in ("active_clients", "mrr", "net_promoter_score"):
        assert f"\n{name} " in "\n" + result.stdout


@pytest.mark.usefixtures("has_metrics")
def test_metric_by_month_descending(ask: Ask) -> None:
    rows = rows_of(
        ask(
            "--metrics", "new_mrr", "--group-by", "metric_time__month",
            "--order", "-metric_time__month", "--limit", "3", "--csv",
        )
    )  # fmt: skip
    months = [row["metric_time__month"] for row in rows]
    assert len(months) == 3
    assert months == sorted(months, reverse=True)


@pytest.mark.usefixtures("has_metrics")
def test_sql_of_a_question_runs_on_the_published_file(ask: Ask) -> None:
    explained = ask("--metrics", "new_mrr", "--explain")
    assert explained.returncode == 0, explained.stderr
    assert rows_of(ask("--csv", "--sql", explained.stdout)) == rows_of(
        ask("--csv", "--metrics", "new_mrr")
    )


@pytest.mark.usefixtures("has_metrics")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--metrics", "active_client"], "did you mean active_clients"),
        (["--metrics", "new_mrr", "--group-by", "metric_tim"], "did you mean metric_time"),
        (["--metrics", "new_mrr", "--order", "metric_time"], "column to order by"),
        (["--metrics", "qqqqqq"], "see scripts/query --list"),
    ],
)
def test_wrong_name_is_named_and_the_nearest_suggested(
    ask: Ask, arguments: list[str], message: str
) -> None:
    result = ask(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
