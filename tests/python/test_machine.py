"""The limits of a build: from the machine unless they are set, and looked at before it."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

import duckdb
import pytest

from active_clients import machine
from active_clients.project import ROOT, ProjectError, raw_tables, read_vars


def test_limits_that_are_set_stay_and_others_come_from_the_machine() -> None:
    found = machine.limits({"ACTIVE_CLIENTS_MEMORY_LIMIT": "3GB"})
    assert found["ACTIVE_CLIENTS_MEMORY_LIMIT"] == "3GB"
    spill = int(found["ACTIVE_CLIENTS_SPILL_LIMIT"].removesuffix("GB")) * machine.GIGABYTE
    free = machine.free_bytes(Path(found["ACTIVE_CLIENTS_SPILL_DIRECTORY"]))
    assert 0 < spill <= max(free, machine.GIGABYTE)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.5.6", ""), ("2.0.1", "type_pushdown"), ("2.1.0.dev9", "type_pushdown")],
)
def test_duckdb_2_is_told_to_leave_an_optimizer_out(
    version: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb, "__version__", version)
    assert machine.limits({})["ACTIVE_CLIENTS_DISABLED_OPTIMIZERS"] == expected


def test_a_value_in_a_file_that_is_no_number_is_null(tmp_path: Path) -> None:
    """What DuckDB 2 makes of it without: an error (duckdb#23818)."""
    file = tmp_path / "values.csv"
    file.write_text("amount\n1\nx\n")
    with duckdb.connect(config=machine.connection_limits()) as connection:
        rows = connection.execute(
            f"select try_cast(amount as integer) from read_csv('{file}', all_varchar = true)"
        ).fetchall()
    assert rows == [(1,), (None,)]


def test_half_of_the_memory_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory_bytes", lambda: 24 * machine.GIGABYTE)
    assert machine.limits({})["ACTIVE_CLIENTS_MEMORY_LIMIT"] == "12GB"


def test_build_that_would_not_fit_says_so_with_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda path: machine.GIGABYTE)
    machine.check_room(1000)
    with pytest.raises(ProjectError, match=r"100,000,000 events need .* and 1\.0 GB are free"):
        machine.check_room(100_000_000)


def test_large_models_are_built_one_at_a_time_unless_threads_are_set() -> None:
    assert machine.thread_options(10_000_000, {}) == []
    assert machine.thread_options(100_000_000, {}) == ["--threads", "1"]
    assert machine.thread_options(100_000_000, {"ACTIVE_CLIENTS_THREADS": "2"}) == []


def test_events_of_the_demo_are_counted_roughly() -> None:
    count = machine.count_events(raw_tables(read_vars()))
    assert count is not None
    assert 9_000 < count < 36_000


# Each thread takes its share of the memory: with eight there is not enough for any.
SORT_THAT_SPILLS = """
    set threads = 2;
    select count(*)
    from (select row_number() over (order by hash(i)) as n, i from range(2000000) as t (i))
    where n % 7 = 0
"""


def test_statements_after_one_that_spilled_still_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB refuses to be told its spill directory again once it has used it."""
    from dbt.adapters.duckdb.environments import create
    from dbt.config.runtime import load_profile
    from dbt.flags import set_from_args
    from dbt_common.context import set_invocation_context

    monkeypatch.setenv("ACTIVE_CLIENTS_DATABASE", str(tmp_path / "build.duckdb"))
    monkeypatch.setenv("ACTIVE_CLIENTS_MEMORY_LIMIT", "50MB")
    monkeypatch.setenv("ACTIVE_CLIENTS_SPILL_DIRECTORY", str(tmp_path / "spill"))
    set_invocation_context(os.environ)
    set_from_args(Namespace(PROFILES_DIR=str(ROOT), PROFILE=None, TARGET=None, VARS={}), None)
    environment = create(load_profile(str(ROOT), {}).credentials)
    environment.handle().cursor().execute(SORT_THAT_SPILLS)
    assert (tmp_path / "spill").exists()
    environment.handle().cursor().execute("select 1")
