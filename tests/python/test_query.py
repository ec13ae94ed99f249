"""scripts/query: answers from the published file, and questions it cannot answer."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from active_clients import query
from active_clients.engines.comparison import canonical_answer
from active_clients.metrics import Engine, Question
from active_clients.project import ProjectError
from active_clients.query import as_cell, check_names, load_engine, open_published, write_sql
from conftest import Built, run_script

Ask = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def ask(built: Built) -> Ask:
    """Ask the published demo."""

    def run(*arguments: str) -> CompletedProcess[str]:
        command = [sys.executable, "-m", "active_clients.query", "--file", str(built.published)]
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


def test_a_statement_that_takes_too_long_is_stopped(ask: Ask) -> None:
    endless = "select count(*) from range(1000000) as a, range(1000000) as b"
    result = ask("--timeout", "0.5", "--sql", endless)
    assert result.returncode == 2
    assert "no answer within 0.5 s; ask for less, or allow more time with --timeout" in (
        result.stderr
    )


def test_a_statement_that_wants_all_memory_is_refused(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIVE_CLIENTS_MEMORY_LIMIT", "200MB")
    greedy = "select count(*) from (select distinct range, md5(range::varchar) from range(9000000))"
    result = ask("--sql", greedy)
    assert result.returncode == 2
    assert "more memory than the limit of 200MB" in result.stderr


@pytest.mark.parametrize("options", [["--sql", "select 1 as one"], ["--metrics", "new_mrr"]])
def test_a_limit_of_no_rows_prints_none(ask: Ask, options: list[str]) -> None:
    result = ask(*options, "--csv", "--limit", "0")
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_without_a_limit_a_table_ends_some_time(ask: Ask) -> None:
    endless = "select * from range(1000000000000)"
    result = ask("--sql", endless)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 10_002
    assert "only the first 10,000 rows" in result.stderr
    assert len(ask("--sql", endless, "--csv", "--limit", "10001").stdout.splitlines()) == 10_002


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
        ("@sum(1)", "'@sum(1)"),
        ("+1 555 1234", "'+1 555 1234"),
        ("\tx", "'\tx"),
        ("-12.50", "-12.50"),
        ("smb", "smb"),
        (-3, -3),
        (None, None),
    ],
)
def test_text_of_strangers_is_no_formula(value: object, written: object) -> None:
    assert as_cell(value) == written


def flipped(content: bytes) -> bytes:
    """One byte in 20,000 is another one."""
    spoiled = bytearray(content)
    for place in range(7_777, len(spoiled), 20_000):
        spoiled[place] ^= 1
    return bytes(spoiled)


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"hello\n" * 1000,
    "its begin alone": lambda content: content[:100],
    "its first half": lambda content: content[: len(content) // 2],
    "without a header": lambda content: bytes(4096) + content[4096:],
    "with zeros": lambda content: content[:12288] + bytes(300_000) + content[312_288:],
    "with flipped bits": flipped,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_told_in_one_line(built: Built, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "published.duckdb"
    file.write_bytes(DAMAGED[damage](built.published.read_bytes()))
    for asked in (["--list"], ["--sql", "from marts.fct_client_mrr"], ["--metrics", "mrr"]):
        result = CliRunner().invoke(query.main, ["--file", str(file), *asked])
        assert result.exit_code == 2, result.output
        assert len(result.stderr.splitlines()) == 1
        assert "scripts/build --again publishes it anew" in result.stderr


def test_another_database_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "other.duckdb"
    duckdb.connect(str(file)).close()
    result = CliRunner().invoke(query.main, ["--file", str(file), "--sql", "select 1"])
    assert result.exit_code == 2
    assert "cannot be read as a published file" in result.stderr


@pytest.mark.usefixtures("has_metrics")
@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("{{ Dimension('client__segment' }} = 'smb'", "unexpected '}', expected ')'"),
        ("{{ nonsense }} = 1", "'nonsense' is undefined"),
        ("{{ Dimension(5) }} = 1", "a filter is written as"),
        ("{{ Dimension('client__segmen') }} = 'smb'", "Dimension('client__segment')"),
        ("{% for %}", "Expected an expression"),
        ("client__segment = 'smb'", "client__segment"),
    ],
)
def test_a_wrong_filter_is_told_in_few_lines(built: Built, where: str, said: str) -> None:
    asked = ["--file", str(built.published), "--metrics", "new_clients", "--where", where]
    result = CliRunner().invoke(query.main, asked)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) < 6


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
def test_metrics_by_the_month_and_by_the_day_share_the_months(ask: Ask) -> None:
    columns = ["metric_time__month", "mrr", "new_mrr"]
    asked = ("--metrics", "mrr,new_mrr")
    rows = rows_of(ask(*asked, "--group-by", "metric_time__month", "--csv"))
    assert list(rows[0]) == columns
    assert any(all(row.values()) for row in rows)
    listed = ask("--list", *asked).stdout.splitlines()
    assert "metric_time (by month, quarter, year)" in listed


@pytest.mark.usefixtures("has_metrics")
def test_a_period_that_is_not_over_is_told(ask: Ask) -> None:
    by_year = ask("--metrics", "mrr", "--group-by", "metric_time__year")
    assert "metric_time__year 2025-01-01 is not over: the data end 2025-06-30" in by_year.stderr
    assert "is not over" not in ask("--metrics", "mrr", "--group-by", "metric_time__month").stderr


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


def one_metric_per_semantic_model(engine: Engine, group_by: str) -> list[str]:
    """The first of each model that can be asked by a group."""
    chosen: dict[str, str] = {}
    for metric in sorted(engine.metric_names()):
        counted = next(m for m in engine.manifest.metrics if m.name == metric).type_params
        if not counted.metric_aggregation_params:
            continue
        try:
            check_names(engine, Question(metrics=[metric], group_by=[group_by]))
        except ProjectError:
            continue
        chosen.setdefault(counted.metric_aggregation_params.semantic_model, metric)
    return sorted(chosen.values())


def values_by_group(rows: Sequence[tuple[Any, ...]]) -> list[dict[Any, str]]:
    """Of each metric; a group without a value is as good as none."""
    return [
        {row[0]: canonical_answer(row[i]) for row in rows if row[i] is not None}
        for i in range(1, len(rows[0]))
    ]


@pytest.mark.usefixtures("has_metrics")
@pytest.mark.parametrize("group_by", ["metric_time__month", "client__segment"])
def test_metrics_of_any_two_semantic_models_are_what_each_is_alone(
    built: Built, group_by: str
) -> None:
    with open_published(built.published) as connection:
        engine = load_engine(connection)

        def ask(*metrics: str) -> list[dict[Any, str]]:
            question = Question(metrics=metrics, group_by=[group_by])
            return values_by_group(connection.execute(write_sql(engine, question)).fetchall())

        asked = one_metric_per_semantic_model(engine, group_by)
        alone = {metric: ask(metric) for metric in asked}
        # By the month all of them; by an attribute each with the next, as the join is the same.
        by_month = group_by.startswith("metric_time")
        pairs = list(combinations(asked, 2)) if by_month else list(pairwise(asked))
        different = [
            (one, other) for one, other in pairs if ask(one, other) != alone[one] + alone[other]
        ]
    assert len(asked) > 20
    assert all(values for [values] in alone.values())
    assert different == []
