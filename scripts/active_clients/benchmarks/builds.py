"""Measures what a build costs, against hand-written SQL and other tools, in one run.

Makes raw tables (20,000 clients, 200,000 users, 24 months, 5 % of the events delivered twice,
3 % late) for each number of events, then, in turns and as often as asked for:

  event-grain models  dbt on an empty file, one model at a time: those that answer what the floor
                      answers and what they read, all days but the last
  events of one day   the same again, with the last day's load and its late events
  floor               the shortest SQL by hand from the same events to the same counts
  ways                daily actives and monthly retention from user-days: the models, the floor's
                      SQL, the join of days with windows, pandas, polars and chdb, where installed
                      (ACTIVE_CLIENTS_EXTRAS=peers scripts/setup)
  full build          dbt on an empty file: models and their tests, all days but the last
  unchanged rebuild   the same again; this and what follows in the last round alone
  one day             the same, with the last day's load
  expectations        Great Expectations on raw tables and marts
  publish             the file that readers open
  queries             ten metrics by the month from that file

All counts must be the same. Only ratios within one run mean anything. Data stay in
target/benchmark for the next run. --record puts the tables into docs/performance.md.

scripts/benchmark
scripts/benchmark --events 1000000 10000000 100000000 --rounds 3 1 1 --steps all build events
"""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import click
import duckdb
import yaml

from active_clients.benchmarks.measuring import Cost, measure, record, table
from active_clients.benchmarks.ways import (
    DATABASE,
    USERS_DATABASE,
    Counts,
    is_installed,
    project_answers,
)
from active_clients.command_line import Several, command
from active_clients.project import ROOT, SOURCES, ProjectError

PLACE = "benchmark"
SHOWN_MODELS = 12
# Relations in compiled SQL.
READ = re.compile(r'"build"\."(\w+)"\."(\w+)"')
# From raw events to what the floor computes as well.
EVENT_GRAIN = (
    "stg_product__usage_events", "int_usage_events", "int_usage_events_quarantined",
    "fct_usage_daily", "int_core_usage_daily", "fct_user_activity_daily",
    "fct_client_activity_daily",
)  # fmt: skip
SHARED = (
    "int_user_active_spans", "fct_active_users_daily", "int_retention_actions",
    "int_retention_starts", "int_retention_returns", "int_retention_members",
    "int_retention_cells", "int_retention_counts", "fct_usage_retention",
)  # fmt: skip
# What fct_active_users_daily reads, which counts clients and attributes as well.
SPAN_MODELS = (
    "int_user_active_spans", "int_client_activity_levels", "int_client_active_spans",
    "int_active_changes", "fct_active_users_daily",
)  # fmt: skip
# What the models read when they are asked what the others are: users by the default
# definition, and monthly retention.
ONE_QUESTION = {
    "active_definitions": "definition_id = 'default'",
    "fct_usage_daily": "false",
    "fct_user_activity_daily": "definition_id = 'default'",
    "int_client_active_spans": "false",
    "int_client_attribute_spans": "attribute = 'all'",
    "retention_definitions": "retention_id = 'user_month'",
}
CLIENT_MODELS = ("int_client_activity_levels", "int_client_active_spans")
PEERS = ("models", "models, users", "by hand", "naive join", "pandas", "polars", "chdb")
# What takes too long beyond some events: the join of days with windows grows too large, and
# the models have been measured just before.
UP_TO = {"naive join": 10_000_000, "models": 10_000_000}


@dataclass
class Results:
    """Everything measured at one number of events."""

    events: int
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    models: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    day: dict[str, Any] = field(default_factory=dict)

    def add(self, step: str, cost: Cost) -> Cost:
        """Note one round of a step."""
        self.costs.setdefault(step, []).append(cost)
        return cost

    def median(self, step: str, what: str = "wall") -> float:
        """The median of what a step cost."""
        return statistics.median(float(getattr(cost, what)) for cost in self.costs[step])

    def model_seconds(self, step: str, names: tuple[str, ...]) -> float:
        """Seconds of some models, added up."""
        return sum(statistics.median(self.models[step].get(n, [0.0])) for n in names)


# ---- data ----------------------------------------------------------------------------


class Data:
    """Raw tables of one size: all days but the last load, and that load by itself."""

    def __init__(self, folder: Path, events: int) -> None:
        self.folder = (ROOT / folder / f"{events}").resolve()
        self.live, self.day = self.folder / "live", self.folder / "usage_events_last_day.parquet"
        self.events, self.clients = events, min(20_000, events // 50)

    def make(self) -> None:
        """Generate and split, unless an earlier run has."""
        if self.day.exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        raw = self.folder / "raw"
        print(f"  generate {self.events:,} events of {self.clients:,} clients", flush=True)
        subprocess.run(
            [
                sys.executable, "-m", "active_clients.demo_data.generate",
                "--events", str(self.events), "--clients", str(self.clients),
                "--users-per-client", "10", "--format", "parquet", "--output", str(raw),
            ],
            check=True,
        )  # fmt: skip
        self.split(raw)
        shutil.rmtree(raw)

    def split(self, raw: Path) -> None:
        """Put the last load apart."""
        self.live.mkdir(parents=True, exist_ok=True)
        for path in raw.glob("*.parquet"):
            shutil.copy(path, self.live)
        events = f"read_parquet('{raw}/usage_events/*.parquet')"
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false; set memory_limit = '4GB'")
            ((last,),) = connection.execute(f"select max(loaded_at)::date from {events}").fetchall()
            is_last = f"coalesce(loaded_at >= date '{last}', false)"
            connection.execute(
                f"copy (select * from {events} where not {is_last})"
                f" to '{self.live}/usage_events' (format parquet, file_size_bytes '256MB',"
                " filename_pattern 'usage_events_{i}')"
            )
            connection.execute(
                f"copy (select * from {events} where {is_last}) to '{self.day}' (format parquet)"
            )

    def describe_day(self) -> dict[str, Any]:
        """How many events the last load has, and how many of them are late."""
        with duckdb.connect() as connection:
            ((rows, late, days, last),) = connection.execute(
                "select count(*), count(*) filter (where occurred_at < loaded_at::date - 1),"
                " count(distinct occurred_at::date), max(loaded_at)::date"
                f" from read_parquet('{self.day}')"
            ).fetchall()
        assert isinstance(last, date)
        return {"rows": rows, "late": late, "days": days, "last": last.isoformat()}


# ---- one size ------------------------------------------------------------------------


class Contest:
    """All that is measured at one number of events."""

    def __init__(
        self, folder: Path, memory_limit: str, events: int, rounds: int, steps: str
    ) -> None:
        self.rounds, self.steps = rounds, steps
        self.data, self.results = Data(folder, events), Results(events)
        self.work = self.data.folder / "work"
        self.variables = {
            "ACTIVE_CLIENTS_DATABASE": str(self.work / DATABASE),
            "ACTIVE_CLIENTS_MEMORY_LIMIT": memory_limit,
            "ACTIVE_CLIENTS_SPILL_DIRECTORY": str(self.work / "spill"),
            "BENCHMARK_EVENTS": f"{self.data.live}/**/usage_events*.parquet",
            "BENCHMARK_LOG": str(self.work / "log.txt"),
            "DBT_LOG_PATH": str(self.work / "logs"),
            "DBT_TARGET_PATH": str(self.work / "target"),
        }
        location = str(self.data.live / "**/{name}*.parquet")
        self.vars = yaml.safe_dump(
            {f"{source}_location": location for source in SOURCES},
            default_flow_style=True,
            width=10**6,
        ).strip()

    def script(self, title: str, *command: str) -> Cost:
        """Measure one of the project's scripts."""
        return self.results.add(
            title, measure(title, [sys.executable, "-m", *command], self.variables)
        )

    def way(self, name: str) -> None:
        """Measure one way, and keep what it found."""
        cost = self.script(name, "active_clients.benchmarks.ways", name, str(self.work))
        self.results.counts[name] = json.loads(cost.output.splitlines()[-1])

    def dbt(self, title: str, *options: str) -> None:
        """Measure dbt, and each model by itself."""
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build"]
        command += ["--log-level-file", "info", "--vars", self.vars, *options]
        self.results.add(title, measure(title, command, self.variables))
        run = json.loads((self.work / "target/run_results.json").read_text())
        seconds = self.results.models.setdefault(title, {})
        for node in run["results"]:
            kind, _, name = node["unique_id"].split(".")[:3]
            key = name if kind == "model" else f"({kind}s)"
            if kind == "model":
                seconds.setdefault(key, []).append(node["execution_time"])

    def prepare(self) -> None:
        """Make data and an empty place."""
        self.data.make()
        self.results.day = self.data.describe_day()
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.remove_day()

    def add_day(self) -> None:
        """Let the last load arrive."""
        os.link(self.data.day, self.data.live / self.data.day.name)

    def remove_day(self) -> None:
        """Take the last load away again."""
        (self.data.live / self.data.day.name).unlink(missing_ok=True)

    def events(self, title: str) -> None:
        """Measure the models that answer what the floor answers, one at a time."""
        models = [f"+{name}" for name in sorted({*EVENT_GRAIN, *SHARED, *SPAN_MODELS})]
        self.dbt(
            title, "--resource-type", "model", "seed", "--threads", "1", "--select", *models
        )  # fmt: skip

    def everything(self, title: str) -> None:
        """Measure all models and their tests."""
        self.dbt(title, "--exclude-resource-type", "unit_test")

    def export(self) -> None:
        """What the ways start from: who is who, one row per user and day, and the models."""
        with duckdb.connect(str(self.work / DATABASE), read_only=True) as connection:
            for name, sql in {
                "clients": "from intermediate.int_client_identities",
                "users": "from intermediate.int_user_identities",
                "as_of": "from intermediate.as_of",
                "user_days": "select distinct user_id, activity_date from"
                " marts.fct_user_activity_daily where definition_id = 'default'",
            }.items():
                connection.execute(f"copy ({sql}) to '{self.work}/{name}.parquet'")
        self.results.counts["marts"] = project_answers_of(self.work)
        compiled = self.work / "target/compiled/active_clients/models"
        named = []
        for name in (*SPAN_MODELS, *SHARED[2:]):
            sql = next(compiled.rglob(f"{name}.sql")).read_text()
            schema = "marts" if name.startswith("fct_") else "intermediate"
            named.append((f"{schema}.{name}", sql))
        (self.work / "models.json").write_text(json.dumps(named))
        named = [(name, sql) for name, sql in named if not name.endswith(CLIENT_MODELS)]
        self.export_users({relation for _, sql in named for relation in READ.findall(sql)})
        (self.work / "models_users.json").write_text(json.dumps(named))

    def export_users(self, relations: set[tuple[str, str]]) -> None:
        """What the models read, of one question alone."""
        file = self.work / USERS_DATABASE
        shutil.rmtree(file.parent, ignore_errors=True)
        file.parent.mkdir()
        with duckdb.connect(str(self.work / DATABASE)) as connection:
            connection.execute(f"attach '{file}' as users")
            for schema, name in sorted(relations):
                connection.execute(f"create schema if not exists users.{schema}")
                connection.execute(
                    f"create table users.{schema}.{name} as from {schema}.{name}"
                    f" where {ONE_QUESTION.get(name, 'true')}"
                )

    def round(self, is_last: bool) -> None:
        """Everything once; what follows the full build in the last round alone."""
        database = self.work / DATABASE
        database.unlink(missing_ok=True)
        self.events("event-grain models")
        self.export()
        self.way("floor")
        self.way("to client-days")
        for name in PEERS:
            if is_installed(name) and self.results.events <= UP_TO.get(name, math.inf):
                self.way(name)
        self.add_day()
        self.events("events of one day")
        self.remove_day()
        if self.steps == "events":
            return
        database.unlink()
        self.everything("full build")
        if self.steps == "build" or not is_last:
            return
        self.everything("unchanged rebuild")
        self.add_day()
        self.everything("one day")
        options = ["--vars", self.vars]
        self.script("expectations", "active_clients.expectations.runner", "raw", "marts", *options)
        published = str(self.work / "published.duckdb")
        self.script("publish", "active_clients.publish", "--target-file", published, *options)
        self.way("queries")
        self.remove_day()

    def run(self) -> Results:
        """All rounds."""
        self.prepare()
        for number in range(self.rounds):
            print(f"{self.results.events:,} events, round {number + 1}", flush=True)
            self.round(is_last=number + 1 == self.rounds)
        self.compare()
        return self.results

    def compare(self) -> None:
        """Every way must have found the same."""
        expected = self.results.counts["marts"]
        for name, found in self.results.counts.items():
            for question, counts in expected.items():
                if question not in found:
                    continue
                different = {
                    key: (counts.get(key), found[question].get(key))
                    for key in {*counts, *found[question]}
                    if counts.get(key) != found[question].get(key)
                }
                if different and name != "queries":
                    shown = list(different.items())[:5]
                    raise ProjectError(
                        f"{name} and the marts differ in {len(different)} of {question}: {shown}"
                    )


def project_answers_of(work: Path) -> Counts:
    """The marts' answers, and the rows they come from."""
    with duckdb.connect(str(work / DATABASE), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = project_answers(connection)
        found["rows"] = dict(
            connection.execute(
                "select 'events', sum(row_count)::bigint from intermediate.int_usage_events"
                " where disposition = 'accepted' union all"
                " select 'quantity', sum(quantity)::bigint from"
                " intermediate.int_usage_events where disposition = 'accepted' union all"
                " select 'client_days', count(*) from marts.fct_client_activity_daily"
                " where definition_id = 'default' union all"
                " select 'core_events', sum(event_count)::bigint"
                " from marts.fct_client_activity_daily where definition_id = 'default'"
            ).fetchall()
        )
    return found


# ---- the tables ----------------------------------------------------------------------

STEPS = (
    "floor", "to client-days", "event-grain models", "events of one day", "full build",
    "unchanged rebuild", "one day", "expectations", "publish", "queries",
)  # fmt: skip


def gigabytes(value: float) -> str:
    """Bytes for a table."""
    return f"{value / 1e9:.2f}"


def cost_row(results: Results, step: str, base: str) -> list[str]:
    """What a step cost, and how many times that of another."""
    return [
        step,
        f"{results.median(step):.1f}",
        f"{results.median(step, 'cpu'):.1f}",
        gigabytes(results.median(step, "peak")),
        gigabytes(results.median(step, "spilled")),
        f"{results.median(step) / results.median(base):.2f}",
        f"{results.median(step, 'cpu') / results.median(base, 'cpu'):.2f}",
    ]


def describe(results: Results) -> list[str]:
    """The tables of one size."""
    day, events = results.day, results.events
    rounds = len(results.costs["floor"])
    head = ["wall s", "CPU s", "peak GB", "spilled GB"]
    lines = [
        f"### {events:,} events, {rounds} round{'s' if rounds > 1 else ''}",
        "",
        f"The last day's load has {day['rows']:,} events of {day['days']} days, "
        f"{day['late']:,} of them late.",
        "",
    ]
    lines += table(
        ["step", *head, "wall / floor", "CPU / floor"],
        [cost_row(results, step, "floor") for step in STEPS if step in results.costs],
    )
    lines += ["From user-days to daily actives and monthly retention:", ""]
    rows = []
    for name in PEERS:
        if name in results.costs:
            rows.append(cost_row(results, name, "by hand"))
        else:
            missing = "missing" if not is_installed(name) else "left out"
            rows.append([name, missing, "", "", "", "", ""])
    lines += table(["way", *head, "wall / by hand", "CPU / by hand"], rows)
    builds = [step for step in STEPS if step in results.models]
    medians = {
        step: {name: statistics.median(seconds) for name, seconds in results.models[step].items()}
        for step in builds
    }
    dearest = medians["full build" if "full build" in builds else "event-grain models"]
    slowest = sorted(dearest, key=lambda name: -dearest[name])[:SHOWN_MODELS]
    rows = [
        [f"`{name}`", *(f"{medians[b][name]:.2f}" if name in medians[b] else "" for b in builds)]
        for name in slowest
    ]
    rows.append(["all models", *(f"{sum(medians[build].values()):.2f}" for build in builds)])
    return lines + table(["model, seconds", *builds], rows)


def targets(all_results: list[Results]) -> list[str]:
    """What was aimed at, and what came out at each size."""
    rows = [
        ["event-grain models / floor", "1.5"],
        ["of them, to client-days / floor to client-days", ""],
        ["events of one day / event-grain models", "0.03"],
        ["full build / floor", "2"],
        ["peak memory, GB", "6"],
    ]
    grain = []
    for results in all_results:
        seconds = results.model_seconds("event-grain models", EVENT_GRAIN + SHARED)
        to_client_days = results.model_seconds("event-grain models", EVENT_GRAIN)
        one_day = results.model_seconds("events of one day", EVENT_GRAIN)
        grain.append(seconds)
        is_built = "full build" in results.costs
        peak = results.median("full build" if is_built else "event-grain models", "peak")
        for row, cell in zip(
            rows,
            (
                f"{seconds / results.median('floor'):.2f}",
                f"{to_client_days / results.median('to client-days'):.2f}",
                f"{one_day / to_client_days:.3f}",
                f"{results.median('full build') / results.median('floor'):.1f}" if is_built else "",
                gigabytes(peak),
            ),
            strict=True,
        ):
            row.append(cell)
    if len(all_results) > 1:
        sizes = [results.events for results in all_results]
        exponents = [
            math.log(grain[i] / grain[0]) / math.log(sizes[i] / sizes[0])
            for i in range(1, len(sizes))
        ]
        cells = ["", *(f"{exponent:.2f}" for exponent in exponents)]
        rows.append(["growth exponent of the event-grain models", "1.05", *cells])
    head = [f"{results.events:,} events" for results in all_results]
    return ["Targets:", "", *table(["", "at most", *head], rows)]


def machine(memory_limit: str) -> str:
    """What it ran on."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{cores} cores, {memory:.0f} GB, `memory_limit` {memory_limit}, DuckDB "
        f"{duckdb.__version__}; load average at the start {load:.1f}."
    )


@command("benchmark", __doc__)
@click.option("--events", cls=Several, type=int, default=[1_000_000], help="several: a growth")
@click.option(
    "--rounds", cls=Several, type=int, default=[3], help="medians are shown; several: by size"
)
@click.option("--memory-limit", default="4GB", help="of DuckDB")
@click.option("--data", type=Path, default=Path("target/benchmark"), help="where the data are kept")
@click.option(
    "--steps",
    cls=Several,
    type=click.Choice(["all", "build", "events"]),
    default=["all"],
    help="build leaves out what follows the full build, events that as well; several: by size",
)
@click.option("--record", "is_recorded", is_flag=True, help="also write docs/performance.md")
def main(
    events: tuple[int, ...],
    rounds: tuple[int, ...],
    memory_limit: str,
    data: Path,
    steps: tuple[str, ...],
    is_recorded: bool,
) -> None:
    """Measure one size after the other."""
    asked = " ".join(["scripts/benchmark", *sys.argv[1:]])
    where = machine(memory_limit)
    all_results: list[Results] = []
    text = ""
    for number, size in enumerate(sorted(events)):
        of_size = rounds[min(number, len(rounds) - 1)], steps[min(number, len(steps) - 1)]
        all_results.append(Contest(data, memory_limit, size, *of_size).run())
        lines = [f"`{asked}`", "", where, "", *targets(all_results)]
        lines += [line for results in all_results for line in describe(results)]
        text = "\n".join(lines)
        # After each size: the next may take hours.
        (ROOT / data / "last.md").write_text(text)
    click.echo(f"\n{text}\nAll ways found the same counts.")
    if is_recorded:
        record(text, PLACE)


if __name__ == "__main__":
    main()
