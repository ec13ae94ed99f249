"""Builds generated events on DuckDB and on a local Spark cluster, and compares rows and times.

The models run on both; every table must hold the same rows. With --kill, one worker and its
executor are killed in the middle of another build on the cluster, which has to end with the
same rows still.

scripts/benchmark_engines --events 10000000
scripts/benchmark_engines --events 1000000 --kill
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click
import duckdb
import psutil

from active_clients.command_line import command
from active_clients.engines.engine import DuckDB, Engine, Spark

SPARK_SCHEMAS = ("marts", "intermediate")
MODELS = ["build", "--resource-type", "model", "--resource-type", "seed"]


def generate(events: int, clients: int, directory: Path) -> Path:
    """Raw tables as Parquet, as many events as asked for."""
    output = directory / "raw"
    subprocess.run(
        [
            sys.executable, "-m", "active_clients.demo_data.generate",
            "--events", str(events), "--clients", str(clients),
            "--format", "parquet", "--output", str(output), "--ledger", str(directory / "ledger"),
        ],
        check=True,
    )  # fmt: skip
    return output


def timed(title: str, action: Callable[[], None]) -> float:
    """Do something, print and return its seconds."""
    print(f"{title} ... ", end="", flush=True)
    start = time.perf_counter()
    action()
    seconds = time.perf_counter() - start
    print(f"{seconds:.0f} s", flush=True)
    return seconds


class Cluster(Spark):
    """A cluster with memory for the work, that logs what it shuffles."""

    memory = "3g"
    settings = ()
    one_process = False

    def options(self) -> list[str]:
        """What scripts/spark start is called with."""
        return [
            *super().options(), "--memory", self.memory, "--partitions", "8", "--event-log",
        ]  # fmt: skip

    def shuffled_bytes(self) -> int:
        """Bytes written between stages since the cluster started."""
        written = 0
        for path in (self.folder / "events").rglob("*"):
            if not path.is_file():
                continue
            for line in path.open():
                if '"Shuffle Bytes Written"' in line:
                    metrics = json.loads(line).get("Task Metrics") or {}
                    written += metrics.get("Shuffle Write Metrics", {}).get(
                        "Shuffle Bytes Written", 0
                    )
        return written

    def kill_worker(self) -> None:
        """Kill one worker and the executors it runs, as a machine that dies does."""
        worker = psutil.Process(int((self.folder / "worker1.pid").read_text()))
        for process in [*worker.children(recursive=True), worker]:
            process.kill()


def compare_tables(duck: Engine, cluster: Cluster) -> int:
    """Compare every table of both engines in place; the number that differ."""
    different = 0
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"attach '{duck.environment['ACTIVE_CLIENTS_DATABASE']}' as build (read_only)"
        )
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_catalog = 'build' and table_type = 'BASE TABLE'"
            " and list_contains(?, table_schema) order by all",
            [list(SPARK_SCHEMAS)],
        ).fetchall()
        for schema, name in tables:
            rows, missing = compare_table(connection, cluster, schema, name)
            different += missing > 0
            verdict = f"DIFFERS in {missing} rows" if missing else "same"
            print(f"  {schema}.{name:35} {rows:>12,} rows  {verdict}")
    return different


def compare_table(
    connection: duckdb.DuckDBPyConnection, cluster: Cluster, schema: str, name: str
) -> tuple[int, int]:
    """Rows of a table, and how many are in one engine only."""
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns()"
        " where database_name = 'build' and schema_name = ? and table_name = ?"
        " order by column_index",
        [schema, name],
    ).fetchall()
    selected = ", ".join(
        f'cast("{column}" as {data_type}) as "{column}"' for column, data_type in columns
    )
    files = cluster.folder / f"warehouse/{cluster.schema_prefix}{schema}.db/{name}/**/*.parquet"
    here = f'select {selected} from build."{schema}"."{name}"'
    there = f"select {selected} from read_parquet('{files}', hive_partitioning = true)"
    ((rows, only_here, only_there),) = connection.execute(
        f"select (select count(*) from ({here})),"
        f" (select count(*) from ({here} except all {there})),"
        f" (select count(*) from ({there} except all {here}))"
    ).fetchall()
    return rows, only_here + only_there


def run(events: int, clients: int, kill: bool, directory: Path) -> int:
    """The whole comparison; the number of tables that differ."""
    raw = generate(events, clients, directory)
    duck, cluster = DuckDB(directory), Cluster(directory)
    for engine in (duck, cluster):
        engine.location = str(raw / "**/{name}*.parquet")
    cluster.location = str(raw / "{name}*")
    on_duckdb = timed("duckdb: build", lambda: duck.dbt(*MODELS))
    try:
        timed("spark: start", cluster.start)
        on_spark = timed("spark: build", lambda: cluster.dbt(*MODELS))
        print(f"  shuffled {cluster.shuffled_bytes() / 1e9:.2f} GB")
        different = compare_tables(duck, cluster)
        if kill:
            killer = threading.Timer(on_spark / 3, cluster.kill_worker)
            killer.start()
            timed(
                "spark: full refresh, a worker and its executor killed on the way",
                lambda: cluster.dbt(*MODELS, "--full-refresh"),
            )
            killer.join()
            different += compare_tables(duck, cluster)
    finally:
        cluster.stop()
    print(f"spark / duckdb: {on_spark / on_duckdb:.1f} times the time")
    return different


@command("benchmark_engines", __doc__)
@click.option("--events", default=10_000_000, help="raw events")
@click.option("--clients", default=2_000, help="who made them")
@click.option("--kill", is_flag=True, help="also kill a worker in mid-build")
def main(events: int, clients: int, kill: bool) -> int:
    """Compare, and end with one clear line."""
    with tempfile.TemporaryDirectory(prefix="active_clients_benchmark_") as directory:
        Path(directory).chmod(0o755)
        different = run(events, clients, kill, Path(directory))
    click.echo("Every table is the same." if not different else f"{different} tables differ.")
    return 1 if different else 0


if __name__ == "__main__":
    main()
