"""scripts/build: what it says, and what it leaves alone when a check fails."""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path

import duckdb

from conftest import Built, DbtProject, run_script, table_hashes


def copy_of(built: Built, path: Path, **variables: object) -> DbtProject:
    """The built demo in another place, to do things to."""
    shutil.copytree(built.project.path, path, dirs_exist_ok=True)
    return DbtProject(path, dict(variables))


def test_demo_build_prints_steps_answers_and_one_last_line(built: Built) -> None:
    lines = built.output.splitlines()
    assert [line[:5] for line in lines if line.startswith("[")] == [f"[{i}/7]" for i in range(1, 8)]
    for label in ("Active clients", "MRR", "Month-3 retention", "Net promoter score", "Raw rows"):
        assert any(line.startswith(f"  {label}") for line in lines), label
    assert "no data" not in built.output
    assert lines[-1].startswith("Build passed in ")


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
    again.manifest = again.dbt("parse").result
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


# scripts/build with nothing but the one test that is to fail: the rest was built before.
ONE_TEST = """
import sys
sys.path.insert(0, "scripts")
import build
invoke = build.Dbt.invoke
def invoke_one_test(self, *command):
    selected = ("--select", build.QUARANTINE_TEST) if command[0] == "build" else ()
    return invoke(self, *command, *selected)
build.Dbt.invoke = invoke_one_test
sys.exit(build.main())
"""


def test_failing_test_leaves_the_published_file_alone(built: Built, tmp_path: Path) -> None:
    project = copy_of(built, tmp_path, quarantine_rate_max=0.0001)
    before = project.published.read_bytes()
    command = [sys.executable, "-c", ONE_TEST, "--target-file", str(project.published)]
    result = run_script([*command, "--vars", project.vars_text], project.environment)
    assert result.returncode == 1
    assert project.published.read_bytes() == before
    assert "assert_quarantine_rate_below_maximum" in result.stdout
    assert "Most frequent reasons" in result.stdout
    last = result.stdout.splitlines()[-1]
    assert last.startswith("Build failed: ")
    assert last.endswith("stays as it was.")
    assert "Traceback" not in result.stdout + result.stderr


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
