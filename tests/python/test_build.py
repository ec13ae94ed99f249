"""scripts/build: what it says, and what it leaves alone when a check fails."""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from active_clients import build as build_module
from active_clients import unchanged
from active_clients.dbt_runs import DbtV1
from active_clients.project import read_vars
from active_clients.unchanged import is_unchanged, read_by_build, remember
from conftest import Built, DbtProject, run_script, table_hashes


def copy_of(built: Built, path: Path, **variables: object) -> DbtProject:
    """The built demo in another place, to do things to."""
    shutil.copytree(built.project.path, path, dirs_exist_ok=True, symlinks=True)
    return DbtProject(path, dict(variables))


def test_demo_build_prints_steps_answers_and_one_last_line(built: Built) -> None:
    lines = built.output.splitlines()
    assert [line[:5] for line in lines if line.startswith("[")] == [f"[{i}/8]" for i in range(1, 9)]
    for label in ("Active clients", "MRR", "Month-3 retention", "Net promoter score", "Raw rows"):
        assert any(line.startswith(f"  {label}") for line in lines), label
    assert "no data" not in built.output
    assert lines[-1].startswith("Build passed in ")
    page = built.project.path / "published.dashboards/index.html"
    assert lines[-1].endswith(f" and {page}.")
    assert page.exists()


def test_every_raw_row_is_accounted_for_in_the_answers(built: Built) -> None:
    (row,) = (line for line in built.output.splitlines() if line.startswith("  Raw rows"))
    assert " = " in row


def test_second_build_changes_no_row_and_a_failing_model_keeps_its_old_table(
    built: Built, tmp_path: Path
) -> None:
    again = copy_of(built, tmp_path)
    before = table_hashes(again.database)
    with duckdb.connect(str(again.database)) as connection:
        connection.execute("drop table marts.dim_plans")
        connection.execute("create view marts.dim_plans as select 1 as of_another_kind")
        connection.execute("drop view marts.fct_usage_daily")
        connection.execute("create table marts.fct_usage_daily as select 1 as of_another_kind")
    again.parsed()
    again.dbt("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    assert table_hashes(again.database) == before

    with duckdb.connect(str(again.database)) as connection:
        connection.execute("alter table intermediate.int_plans_classified rename to plans_before")
        connection.execute(
            "create view intermediate.int_plans_classified as "
            "select * replace (cast(error('broken' || plan_id) as varchar) as plan_id) "
            "from intermediate.plans_before"
        )
    result = again.dbt("run", "--select", "dim_plans", check=False)
    assert "broken" in result.result.results[-1].message
    assert table_hashes(again.database) == before


def test_has_grain_names_the_rule_that_a_row_breaks(built: Built, tmp_path: Path) -> None:
    name = "int_client_week_billing_and_contact"
    (compiled,) = built.project.path.glob(f"target/compiled/**/{name}__has_grain.sql")
    with duckdb.connect(str(tmp_path / built.project.database.name)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            f"create table intermediate.{name} as "
            "select * from (values (1, 'fine', 0), (2, 'fine', null), (3, 'of the future', -1), "
            "(4, 'twice', 0), (4, 'twice', 1), (5, null, 0)) "
            "as rows (week_index, client_id, contact_age_days)"
        )
        found = connection.execute(compiled.read_text() + " order by week_index").fetchall()
    assert found == [
        ("age_is_within_the_window", 3, "of the future", 1),
        ("has_grain", 4, "twice", 2),
        ("has_grain", 5, None, 1),
    ]


def test_nothing_is_built_again_when_nothing_has_changed(built: Built) -> None:
    files = built.project.database, built.published
    before = [unchanged.stamp(file) for file in files]
    result = built.project.build()
    assert result.stdout.startswith("Nothing has changed since the last build")
    assert answers(result.stdout) == answers(built.output)
    assert result.stdout.splitlines()[-1].startswith("Build found up to date in ")
    assert [unchanged.stamp(file) for file in files] == before


def answers(output: str) -> str:
    """The table of answers in what a build printed."""
    return output[output.index("As of ") : output.index("Raw rows")]


def test_what_a_build_reads_is_noticed(
    project: DbtProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    for path in ("models/revenue", "dbt_project.yml", "profiles.yml", "uv.lock"):
        copy = shutil.copytree if (unchanged.ROOT / path).is_dir() else shutil.copy
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        copy(unchanged.ROOT / path, root / path)
    monkeypatch.setattr(unchanged, "ROOT", root)
    variables = read_vars(project.vars_text)
    model = root / "models/revenue/dim_plans.sql"

    seen = [read_by_build(variables)]
    assert read_by_build(variables) == seen[0]
    seen.append(read_by_build({**variables, "nps_window_days": 1}))
    project.write_raw("clients", [{"client_id": "c"}])
    seen.append(read_by_build(variables))
    model.write_text(model.read_text() + "\n")
    seen.append(read_by_build(variables))
    model.unlink()
    seen.append(read_by_build(variables))
    monkeypatch.setenv("ACTIVE_CLIENTS_SCHEMA", "another")
    seen.append(read_by_build(variables))
    monkeypatch.setattr(unchanged, "version", lambda package: f"another {package}")
    seen.append(read_by_build(variables))
    assert len(set(seen)) == len(seen)

    monkeypatch.setenv("ACTIVE_CLIENTS_SPILL_LIMIT", "1GB")
    assert read_by_build(variables) == seen[-1], "a limit of the machine changes no row"
    for elsewhere in ("crm", "s3://bucket/{name}.parquet"):
        assert read_by_build({**variables, "crm_location": elsewhere}) is None


def test_what_a_build_left_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private, published = tmp_path / "build.duckdb", tmp_path / "published.duckdb"
    monkeypatch.setenv("ACTIVE_CLIENTS_DATABASE", str(private))
    assert not is_unchanged("read", published), "nothing was built yet"
    for changed in (private, published, tmp_path / "build.duckdb.wal"):
        private.write_text("private")
        published.write_text("published")
        remember("read", published)
        assert is_unchanged("read", published)
        assert not is_unchanged("read otherwise", published)
        assert not is_unchanged(None, published)
        changed.write_text("by somebody else")
        assert not is_unchanged("read", published)
        changed.unlink()
        assert is_unchanged("read", published) is (changed.suffix == ".wal")


# scripts/build with nothing but the one test that is to fail: the rest was built before.
ONE_TEST = """
from active_clients import build
from active_clients.dbt_runs import DbtV1
invoke = DbtV1.invoke
def invoke_one_test(self, *command):
    selected = ("--select", build.QUARANTINE_TEST) if command[0] == "build" else ()
    return invoke(self, *command, *selected)
DbtV1.invoke = invoke_one_test
build.main()
"""


def test_failing_test_leaves_the_published_file_alone(built: Built, tmp_path: Path) -> None:
    project = copy_of(built, tmp_path, quarantine_rate_max=0.0001)
    before = project.published.read_bytes()
    command = [sys.executable, "-c", ONE_TEST, "--target-file", str(project.published)]
    result = run_script([*command, "--vars", project.vars_text], project.environment)
    assert result.returncode == 1
    assert project.published.read_bytes() == before
    assert "assert_quarantine_rate_below_maximum" in result.stdout
    assert "of the rows are quarantined for any reason (limit 0.01%)" in result.stdout
    assert "Raw rows left out" in result.stdout
    last = result.stdout.splitlines()[-1]
    assert last.startswith("Build failed: ")
    assert last.endswith("stays as it was.")
    assert "Traceback" not in result.stdout + result.stderr


@pytest.mark.parametrize(("day", "count"), [("2025-07-01", 0), ("2025-07-02", 1)])
def test_a_day_of_which_nothing_is_known_is_refused(
    built: Built, tmp_path: Path, day: str, count: int
) -> None:
    """2099 was published with six warnings: all clients silent, all gone."""
    name = "assert_as_of_date_is_not_after_the_last_load"
    (compiled,) = built.project.path.glob(f"target/compiled/**/{name}.sql")
    with duckdb.connect(str(tmp_path / built.project.database.name)) as connection:
        connection.execute("create schema intermediate; use intermediate")
        connection.execute("create table as_of as select cast(? as date) as as_of_date", [day])
        connection.execute(
            "create table int_table_loads as select * from (values "
            "('plans', date '2025-06-01'), ('tickets', date '2025-07-01')) "
            "as loads (table_name, last_loaded_date)"
        )
        assert len(connection.execute(compiled.read_text()).fetchall()) == count


def test_second_build_at_the_same_time_is_refused(tmp_path: Path) -> None:
    project = DbtProject(tmp_path)
    with project.database.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = project.build()
    assert result.returncode == 1
    assert "another build is running" in result.stdout


def test_unknown_variable_is_named(tmp_path: Path) -> None:
    result = DbtProject(tmp_path, {"as_of_dat": "2025-01-01"}).build()
    assert result.returncode == 1
    assert "as_of_dat" in result.stdout


def test_what_a_passing_build_doubts_is_told(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that only warns says its name and its first rows."""
    sql = "select 'tickets' as table_name, n as late_rows from range(1, 6) as t (n)"
    monkeypatch.setattr(build_module, "warned_tests", lambda: {"assert_it_holds": sql})
    monkeypatch.setenv("ACTIVE_CLIENTS_DATABASE", str(built.project.database))
    said = build_module.describe_warnings(SimpleNamespace(said=["3 days are counted again"]))
    assert [line.strip() for line in said] == [
        "3 days are counted again",
        "WARN  assert_it_holds: 5 rows",
        "table_name tickets, late_rows 1",
        "table_name tickets, late_rows 2",
        "table_name tickets, late_rows 3",
    ]


def test_what_dbt_kept_of_an_earlier_reading_is_not_trusted_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of macros dbt finds metrics twice in what it kept."""
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path))
    asked: list[tuple[str, ...]] = []

    def invoke(self: DbtV1, *command: str) -> SimpleNamespace:
        asked.append(command)
        return SimpleNamespace(success=command != ("parse",), result=None, exception="twice")

    monkeypatch.setattr(DbtV1, "invoke", invoke)
    DbtV1("", False).read_project()
    assert asked[:2] == [("parse",), ("parse", "--no-partial-parse")]
