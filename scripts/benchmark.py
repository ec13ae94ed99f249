"""Measures how the project counts against how it is commonly done, in one run.

Daily, weekly and monthly active users and clients from coverage spans, as the models count
them (by segment and plan as well), against the join of every day with every window, which
counts the totals only. Both read the same daily activity and must return the same numbers;
they run in turns, and only the ratio of their medians means anything.

scripts/benchmark
scripts/benchmark --events 10000000 --rounds 5
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from engines import DuckDB
from project import ROOT, ProjectError

SPAN_MODELS = (
    "int_user_active_spans",
    "int_client_activity_levels",
    "int_client_active_spans",
    "int_attributed_active_spans",
    "fct_active_users_daily",
    "fct_active_clients_daily",
)
NAIVE_SQL = """
select
    days.definition_id,
    days.window_days,
    days.activity_date,
    count(distinct activity.{entity}_id) as active_count
from (
    select windows.definition_id, windows.window_days, dates.date_day as activity_date
    from intermediate.int_activity_windows as windows
    inner join marts.dim_dates as dates
        on dates.date_day between
            (select min(activity_date) from marts.fct_user_activity_daily)
            and (select as_of_date from intermediate.as_of)
) as days
left join marts.fct_user_activity_daily as activity
    on days.definition_id = activity.definition_id
    and activity.activity_date > days.activity_date - days.window_days
    and activity.activity_date <= days.activity_date
group by all
"""
DIFFERENCE_SQL = """
select count(*)
from marts.fct_active_{entity}s_daily as counts
full join naive_{entity}s as naive
    using (definition_id, window_days, activity_date)
where counts.attribute = 'all' and counts.definition_id = 'default'
    and counts.active_{entity}_count is distinct from naive.active_count
"""


@contextmanager
def step(title: str) -> Iterator[None]:
    """One line of progress with its seconds."""
    print(f"{title} ... ", end="", flush=True)
    start = time.perf_counter()
    yield
    print(f"{time.perf_counter() - start:.1f} s", flush=True)


def generate(options: argparse.Namespace, directory: Path) -> Path:
    """Raw tables as Parquet, as many events as asked for."""
    output = directory / "raw"
    subprocess.run(
        [
            sys.executable, str(ROOT / "scripts/generate_demo_data.py"),
            "--events", str(options.events), "--clients", str(options.clients),
            "--format", "parquet", "--output", str(output), "--ledger", str(directory / "ledger"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return output


class Contest:
    """Two ways to the same numbers on one built database."""

    def __init__(self, engine: DuckDB) -> None:
        self.engine = engine
        compiled = engine.directory / "target/compiled/active_clients/models"
        self.models = {
            name: next(compiled.rglob(f"{name}.sql")).read_text() for name in SPAN_MODELS
        }
        self.connection = duckdb.connect(engine.environment["ACTIVE_CLIENTS_DATABASE"])
        self.connection.execute("set memory_limit = '4GB'")
        self.connection.execute(f"set threads = {os.cpu_count() or 2}")

    def count_from_spans(self) -> None:
        """Run the models again, as dbt does."""
        for name, sql in self.models.items():
            schema = "marts" if name.startswith("fct_") else "intermediate"
            self.connection.execute(f"create or replace table {schema}.{name} as {sql}")

    def count_naively(self) -> None:
        """Join every day with the days of its window."""
        for entity in ("user", "client"):
            sql = NAIVE_SQL.format(entity=entity)
            self.connection.execute(f"create or replace temp table naive_{entity}s as {sql}")

    def differences(self) -> int:
        """Days on which the two disagree."""
        return sum(
            self.connection.execute(DIFFERENCE_SQL.format(entity=entity)).fetchall()[0][0]
            for entity in ("user", "client")
        )

    def run(self, rounds: int) -> dict[str, list[float]]:
        """Seconds of each way, taken in turns."""
        ways: dict[str, Callable[[], None]] = {
            "coverage spans": self.count_from_spans,
            "naive join": self.count_naively,
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                seconds[name].append(time.perf_counter() - start)
        return seconds


def run(options: argparse.Namespace, directory: Path) -> int:
    """The whole benchmark; the number of days that differ."""
    engine = DuckDB(directory)
    with step(f"Generate {options.events:,} events"):
        engine.location = str(generate(options, directory) / "**/{name}*.parquet")
    with step("Build what the counts need"):
        engine.dbt(
            "build", "--resource-type", "model", "--resource-type", "seed",
            "--select", "+fct_active_users_daily", "+fct_active_clients_daily",
        )  # fmt: skip
    contest = Contest(engine)
    days, users = contest.connection.execute(
        "select count(*), count(distinct user_id) from marts.fct_user_activity_daily"
    ).fetchall()[0]
    seconds = contest.run(options.rounds)
    different = contest.differences()
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    fastest = medians["coverage spans"]
    print(f"\nDaily actives from {days:,} user-days of {users:,} users, {options.rounds} rounds:\n")
    print(f"| {'way':15} | median s | from | to | ratio |")
    print(f"| {'-' * 15} | -------: | ---: | --: | ----: |")
    for name, values in seconds.items():
        print(
            f"| {name:15} | {medians[name]:8.2f} | {min(values):.2f} | {max(values):.2f}"
            f" | {medians[name] / fastest:5.1f} |"
        )
    print(f"\nDays on which the two disagree: {different}")
    return different


def main() -> int:
    """Measure, by the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="1,000,000")
    parser.add_argument("--clients", type=int, default=2_000, help="2,000")
    parser.add_argument("--rounds", type=int, default=3, help="3")
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="active_clients_benchmark_") as directory:
            different = run(options, Path(directory))
    except ProjectError as error:
        print(f"\nBenchmark failed: {error}", file=sys.stderr)
        return 1
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
