"""A demo build that all tests share, and a project to try raw rows on."""

from __future__ import annotations

import csv
import fcntl
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis.internal.conjecture import providers

from active_clients.machine import disabled_optimizers
from active_clients.project import ROOT, raw_tables, read_vars

# Hypothesis also draws the constants of whatever modules are loaded, so that the same test would
# try other examples in another process.
providers._get_local_constants = lambda: providers._local_constants

# Python looks for garbage after every 700 new objects: dbt makes millions that stay.
gc.set_threshold(100_000, 20, 100)

SOURCES = ("crm", "product", "billing", "feedback", "support")
# The files that take longest, first of all the one that builds the demo.
LONGEST = (
    "test_metrics.py",
    "test_incremental.py",
    "test_real_data.py",
    "test_money.py",
    "test_dbt_commands.py",
    "test_flags.py",
    "test_dbt_v2.py",
    "test_missing_topics.py",
    "test_package.py",
    "test_build.py",
    "test_files.py",
    "test_health.py",
    "test_clv.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: a file that begins last leaves the other core idle."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
needs_postgres = pytest.mark.skipif(
    not (POSTGRES or shutil.which("initdb")), reason="PostgreSQL is not installed"
)


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    return number


@pytest.fixture(scope="session")
def postgres() -> Iterator[int]:
    """A throw-away server; the port that it listens on."""
    port = str(free_port())
    subprocess.run([ROOT / "scripts/postgres", "start", port], check=True)
    yield int(port)
    subprocess.run([ROOT / "scripts/postgres", "stop", port], check=True)


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass
class DbtProject:
    """The project with a database, artifacts and raw tables of its own.

    Raw tables that are not written have a header and no rows. With a manifest, commands do
    not parse the project again.
    """

    path: Path
    vars: dict[str, Any] = field(default_factory=dict)
    manifest: Any = None

    def __post_init__(self) -> None:
        for name in ("raw", "target", "logs"):
            (self.path / name).mkdir(parents=True, exist_ok=True)

    @property
    def database(self) -> Path:
        return self.path / "build.duckdb"

    @property
    def published(self) -> Path:
        return self.path / "published.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DBT_TARGET": "duckdb",
            "ACTIVE_CLIENTS_DATABASE": str(self.database),
            "DBT_TARGET_PATH": str(self.path / "target"),
            "DBT_LOG_PATH": str(self.path / "logs"),
            "DBT_PROJECT_DIR": str(ROOT),
            "DBT_PROFILES_DIR": str(ROOT),
            "ACTIVE_CLIENTS_DISABLED_OPTIMIZERS": disabled_optimizers(),
        }

    @property
    def vars_text(self) -> str:
        return yaml.safe_dump(self.vars, default_flow_style=True, width=10**6).strip()

    def use_own_raw_tables(self) -> None:
        """Read the raw tables from files of this project, empty until written."""
        location = str(self.path / "raw" / "{name}.csv")
        self.vars |= {f"{source}_location": location for source in SOURCES}
        for table in raw_tables(read_vars()):
            self.write_raw(table.name, [])

    def write_raw(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write a raw table; a column that a row leaves out is empty."""
        columns = next(t.columns for t in raw_tables(read_vars()) if t.name == table)
        with (self.path / "raw" / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def dbt(self, *command: str, check: bool = True) -> Any:
        """Run dbt in this process; its result, or an error that names what failed."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        # dbt's own log file renders every line of its debugging before it leaves them out.
        options = ["--log-level", "none", "--log-level-file", "none"]
        variables = ["--vars", self.vars_text] if self.vars else []
        with environment(**self.environment):
            result = dbtRunner(self.manifest).invoke([*options, *command, *variables])
        DuckDBConnectionManager.close_all_connections()
        if check and not result.success:
            failed = [
                f"{node.node.name}: {node.message}"
                for node in getattr(result.result, "results", [])
                if node.status in {"error", "fail"}
            ]
            raise AssertionError(
                "\n".join([f"dbt {' '.join(command)}", *failed, str(result.exception)])
            )
        return result

    def parsed(self) -> DbtProject:
        """Leave what `dbt parse` does, which reads the project once for all with the same tables.

        Other variables change what is compiled, not what is read: test_dbt_commands says so.
        """
        is_read = ("_location", "_enabled")
        read = {name: value for name, value in self.vars.items() if name.endswith(is_read)}
        self.manifest, artifacts = parsed_project(tuple(sorted(read.items())))
        for name, text in artifacts.items():
            (self.path / "target" / name).write_text(text)
        return self

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run scripts/build as a person would."""
        command = [
            sys.executable,
            "-m",
            "active_clients.build",
            "--target-file",
            str(self.published),
        ]
        command += ["--vars", self.vars_text] if self.vars else []
        return run_script([*command, *options], self.environment)

    def rows(self, sql: str, file: Path | None = None) -> list[tuple[Any, ...]]:
        """What a query returns on the private (or another) file."""
        with duckdb.connect(str(file or self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def relation(self, name: str, columns: Sequence[str] = ("*",)) -> list[tuple[Any, ...]]:
        """A relation of the private file, in a fixed order."""
        return self.rows(f"select {', '.join(columns)} from {name} order by all")


@cache
def parsed_project(variables: tuple[tuple[str, Any], ...]) -> tuple[Any, dict[str, str]]:
    """The manifest and the artifacts of the project with these variables, once in a process."""
    with tempfile.TemporaryDirectory() as folder:
        project = DbtProject(Path(folder), dict(variables))
        manifest = project.dbt("parse").result
        return manifest, {p.name: p.read_text() for p in (project.path / "target").glob("*.json")}


def run_script(
    command: Sequence[str], variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in the project; its output is text."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def table_hashes(file: Path, schema: str = "marts") -> dict[str, tuple[int, Any]]:
    """Rows and content of every table, whatever the order of its rows."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = ?", [schema]
        ).fetchall()
        return {
            name: connection.execute(
                f'select count(*), bit_xor(hash(t)) from "{schema}"."{name}" as t'
            ).fetchall()[0]
            for (name,) in names
        }


@pytest.fixture(autouse=True)
def _in_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative paths mean the project, as in the scripts."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    """A project with raw tables of its own."""
    made = DbtProject(tmp_path)
    made.use_own_raw_tables()
    return made


@dataclass(frozen=True)
class Built:
    """The demo, built and published once for all tests."""

    project: DbtProject
    output: str

    @property
    def published(self) -> Path:
        return self.project.published


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo; of several workers the first one builds it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    project, output = DbtProject(folder / "demo"), folder / "demo_output.txt"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            result = project.build("--unit-tests")
            if result.returncode != 0:
                pytest.exit(f"the demo build failed:\n{result.stdout}{result.stderr}", returncode=1)
            output.write_text(result.stdout)
    return Built(project, output.read_text())
