"""The engines the project runs on: where their raw tables go, and how to read them back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import yaml

from active_clients.dbt_runs import find_dbt_v2
from active_clients.project import ROOT, SOURCES, ProjectError, raw_tables, read_vars
from active_clients.rows import Row, canonical

if TYPE_CHECKING:
    from active_clients.metrics import Engine as Metrics


class Engine(ABC):
    """One engine with the demo on it, in a folder of its own."""

    name: str
    target: str
    dialect: str
    schema_prefix = "active_clients_"
    level_of_log_file = "none"
    # Whether every test runs here too, though the rows are compared with DuckDB's.
    runs_all_tests = True

    def __init__(self, directory: Path) -> None:
        self.directory = directory / self.name
        self.directory.mkdir(parents=True, exist_ok=True)
        self.location = ""

    @abstractmethod
    def start(self) -> None:
        """Start the server, if there is one."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it, leaving nothing behind."""

    @abstractmethod
    def load(self, folder: Path) -> None:
        """Let the raw tables hold what the CSV files of a folder hold.

        Their location stays the same: with another one dbt would parse the project again.
        """

    @abstractmethod
    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query."""

    @property
    def environment(self) -> dict[str, str]:
        """What dbt needs to find this engine."""
        return {}

    @property
    def program(self) -> str:
        """The dbt that builds."""
        return str(Path(sys.executable).with_name("dbt"))

    def dbt(self, *command: str) -> None:
        """Run dbt on this engine; an error shows the end of its output."""
        variables = {f"{source}_location": self.location for source in SOURCES}
        log = self.directory / "dbt.log"
        with log.open("w") as output:
            done = subprocess.run(
                [
                    self.program,
                    *command,
                    "--vars",
                    yaml.safe_dump(variables, default_flow_style=True, width=10**6).strip(),
                    "--target-path",
                    str(self.directory / "target"),
                    "--log-path",
                    str(self.directory),
                    "--log-level-file",
                    self.level_of_log_file,
                ],
                cwd=ROOT,
                env={**os.environ, "DBT_TARGET": self.target, **self.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            lines = log.read_text().splitlines()
            shown = [line for line in lines if " PASS " not in line and " OK " not in line]
            raise ProjectError(
                f"dbt {' '.join(command)} failed on {self.name}; {log} ends with:\n"
                + "\n".join(shown[-40:])
            )

    def mart(self, name: str, columns: Sequence[str]) -> list[Row]:
        """The rows of a mart in canonical text, sorted."""
        rows = self.query(f"select {', '.join(columns)} from {self.schema_prefix}marts.{name}")
        return sorted(tuple(canonical(value) for value in row) for row in rows)

    def metrics(self, manifest_json: str) -> Metrics:
        """MetricFlow over the manifest that dbt wrote for this engine, in its SQL."""
        from active_clients.metrics import Engine as Metrics

        return Metrics(manifest_json, self.dialect)


class DuckDB(Engine):
    """The default engine: a file, no server."""

    name, target, dialect, schema_prefix = "duckdb", "duckdb", "duckdb", ""

    @property
    def environment(self) -> dict[str, str]:
        return {"ACTIVE_CLIENTS_DATABASE": str(self.directory / "build.duckdb")}

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def load(self, folder: Path) -> None:
        files = empty_folder(self.directory / "raw")
        for path in folder.glob("*.csv"):
            shutil.copy(path, files)
        self.location = str(files / "{name}.csv")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        path = self.environment["ACTIVE_CLIENTS_DATABASE"]
        with duckdb.connect(path, read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()


class DbtV2(DuckDB):
    """DuckDB again, built by dbt v2, which scripts/setup_dbt2 installs."""

    name = "dbt2"
    level_of_log_file = "error"

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **find_dbt_v2()[1]}

    @property
    def program(self) -> str:
        return find_dbt_v2()[0]


class Postgres(Engine):
    """A throw-away server from the system's binaries; raw tables are tables of text."""

    name, target, dialect = "postgres", "postgres", "postgres"
    port = 5439

    @property
    def environment(self) -> dict[str, str]:
        # See scripts/setup.
        return {"ACTIVE_CLIENTS_POSTGRES_PORT": str(self.port), "PGOPTIONS": "-c jit=off"}

    def start(self) -> None:
        run_script("postgres", "start", str(self.port))
        self._connect()

    def _connect(self) -> None:
        import psycopg2

        self._connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname="postgres"
        )
        self._connection.autocommit = True

    def stop(self) -> None:
        run_script("postgres", "stop", str(self.port))

    def load(self, folder: Path) -> None:
        self.location = "raw"
        with self._connection.cursor() as cursor:
            cursor.execute("create schema if not exists raw")
            for table in raw_tables(read_vars()):
                columns = ", ".join(f"{column} text" for column in table.columns)
                cursor.execute(f"create table if not exists raw.{table.name} ({columns})")
                cursor.execute(f"truncate raw.{table.name}")
                with (folder / f"{table.name}.csv").open() as file:
                    cursor.copy_expert(f"copy raw.{table.name} from stdin csv header", file)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def publish(self) -> None:
        """Publish what was built; an error if a mart is another one then."""
        target = str(self.directory / "target")
        where = {"DBT_TARGET": self.target, "DBT_TARGET_PATH": target, **self.environment}
        done = subprocess.run(
            [sys.executable, "-m", "active_clients.publish", "--to", "postgres"],
            cwd=ROOT,
            env={**os.environ, **where},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ProjectError(f"the marts cannot be published on {self.name}: {done.stderr}")
        columns = self.query(
            "select table_name, string_agg(column_name, ', ') from information_schema.columns"
            f" where table_schema = '{self.schema_prefix}published' group by table_name"
        )
        built = {
            name
            for (name,) in self.query(
                "select table_name from information_schema.tables"
                f" where table_schema = '{self.schema_prefix}marts'"
            )
        }
        marts = [(name, names) for name, names in columns if name in built]
        if len(marts) != len(built):
            raise ProjectError(f"of {len(built)} marts {len(marts)} were published on {self.name}")
        for name, names in marts:
            published, mart = (
                f"select {names} from {self.schema_prefix}{schema}.{name}"
                for schema in ("published", "marts")
            )
            [(differ,)] = self.query(
                f"select count(*) from (({published} except all {mart})"
                f" union all ({mart} except all {published})) as differ"
            )
            if differ:
                raise ProjectError(f"{differ} rows of {name} are published otherwise")


class Spark(Engine):
    """A Thrift server that does the work itself; raw tables are Parquet."""

    name, target, dialect = "spark", "spark", "databricks"
    port, master_port = 10039, 7139
    runs_all_tests = False
    # A thousand statements on a few rows each: one task is enough for most of them, and
    # compiling, describing or logging them takes longer than running them.
    settings: tuple[str, ...] = (
        "spark.sql.codegen.wholeStage=false",
        "spark.sql.codegen.factoryMode=NO_CODEGEN",
        "spark.sql.adaptive.enabled=false",
        "spark.sql.shuffle.partitions=1",
        "spark.sql.files.minPartitionNum=1",
        "spark.sql.catalogImplementation=in-memory",
        "spark.sql.ui.explainMode=simple",
        "spark.sql.debug.maxToStringFields=1",
        "spark.log.level=WARN",
        # Without checksums, each in a file of its own.
        "spark.hadoop.fs.file.impl=org.apache.hadoop.fs.RawLocalFileSystem",
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version=2",
    )
    # A run of minutes: code that is soon compiled beats code that runs fast.
    java = " ".join(
        (
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=512m",
            "-XX:+UseSerialGC",
            "-Xss16m",
            "-Djdk.lang.Process.launchMechanism=VFORK",
        )
    )
    one_process = True

    @property
    def environment(self) -> dict[str, str]:
        # Small statements wait for one another more than for the two cores.
        return {"ACTIVE_CLIENTS_SPARK_PORT": str(self.port), "ACTIVE_CLIENTS_THREADS": "4"}

    @property
    def folder(self) -> Path:
        """Where the cluster keeps everything."""
        return Path(tempfile.gettempdir()) / f"active_clients_spark_{self.port}"

    def options(self) -> list[str]:
        """What scripts/spark start is called with."""
        ports = ["--port", str(self.port), "--master-port", str(self.master_port)]
        process = ["--one-process", f"--java={self.java}"] if self.one_process else []
        return [*ports, *process, *(f"--conf={setting}" for setting in self.settings)]

    def start(self) -> None:
        run_script("spark", "start", "--directory", str(self.folder), *self.options())

    def stop(self) -> None:
        run_script("spark", "stop", "--directory", str(self.folder))

    def load(self, folder: Path) -> None:
        files = empty_folder(self.directory / "raw")
        with duckdb.connect() as connection:
            for path in sorted(folder.glob("*.csv")):
                connection.execute(
                    f"copy (select * from read_csv('{path}', header = true, all_varchar = true))"
                    f" to '{files / path.stem}.parquet' (format parquet)"
                )
        self.location = str(files / "{name}.parquet")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        # A session of its own: an older one looks for files that were replaced since.
        from pyhive import hive

        with closing(hive.connect("127.0.0.1", self.port, username="active_clients")) as session:
            cursor = session.cursor()
            cursor.execute(sql)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows


ENGINES: dict[str, type[Engine]] = {
    engine.name: engine for engine in (DuckDB, DbtV2, Postgres, Spark)
}


def empty_folder(path: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def run_script(name: str, *arguments: str) -> None:
    """Run one of the project's scripts; an error carries what it said."""
    done = subprocess.run(
        [str(ROOT / "scripts" / name), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ProjectError((done.stderr or done.stdout).strip())
