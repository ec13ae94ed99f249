"""Builds the demo on every engine and compares every mart row by row, and every metric.

First the rows that had arrived by a day, as far as the incremental models, with the unit tests
of parsing and time and the spellings of tests/fixtures/accepted_values.csv; then the rest (new,
late and re-delivered rows) on top, incrementally. The result must be that of a full refresh on
DuckDB, on every engine. Equal rows need no second test: all tests run on PostgreSQL, after the
second load.

scripts/test_engines
scripts/test_engines --engines duckdb,postgres
scripts/test_engines --engines dbt2         DuckDB by dbt v2, as scripts/test_dbt2 does
scripts/test_engines --all-tests
scripts/test_engines --select-on-spark +activity +revenue
"""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from active_clients.command_line import Names, Several, command
from active_clients.engines.engine import ENGINES, Engine, Postgres
from active_clients.engines.spellings import misread
from active_clients.project import ROOT, ProjectError
from active_clients.rows import Row, canonical_answer, fingerprint

FIRST_LOAD_ENDS = "2025-05-01"
SHOWN_ROWS = 3
# What the engines are compared with: a full refresh here.
REFERENCE = "duckdb"
# The raw tables are loaded as they are: the demo's seeds are for those who have none.
NO_DEMO = ["--exclude", "path:seeds/demo"]
MODELS = ["build", "--resource-type", "model", "--resource-type", "seed", *NO_DEMO]
# What the second load is put on top of: the incremental models and what they read, with the
# unit tests of parsing and time.
FIRST_LOAD = [
    "build",
    "--select",
    "path:models/staging",
    "+as_of",
    "+config.materialized:incremental",
    *NO_DEMO,
    "resource_type:test",
    "config.schema:intermediate,resource_type:unit_test",
]

Rows = dict[str, list[Row]]


@contextmanager
def step(title: str) -> Iterator[None]:
    """One line with the seconds of what has ended: engines run beside each other."""
    start = time.perf_counter()
    yield
    print(f"{title}: {time.perf_counter() - start:.0f} s", flush=True)


def split_demo(directory: Path) -> tuple[Path, Path]:
    """The demo's rows that arrived before a day, and all of them."""
    first, second = directory / "first", directory / "second"
    for folder in (first, second):
        folder.mkdir()
    for path in sorted((ROOT / "seeds/demo").glob("*.csv")):
        (second / path.name).write_bytes(path.read_bytes())
        with path.open(newline="") as file, (first / path.name).open("w", newline="") as out:
            reader = csv.DictReader(file)
            writer = csv.DictWriter(out, reader.fieldnames or [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(row for row in reader if row["loaded_at"] < FIRST_LOAD_ENDS)
    return first, second


# ---- marts ---------------------------------------------------------------------------


class Mart:
    """A mart as the manifest describes it."""

    def __init__(self, node: dict[str, object], grain: Sequence[str]) -> None:
        self.name = str(node["name"])
        self.columns: list[str] = list(node["columns"])  # type: ignore[call-overload]
        self.grain = [self.columns.index(column) for column in grain]


def read_marts(target: Path) -> list[Mart]:
    """Every mart with its grain."""
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    grains = {
        node["attached_node"]: node["test_metadata"]["kwargs"]["columns"]
        for node in nodes
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "has_grain"
    }
    return [
        Mart(node, grains[node["unique_id"]])
        for node in sorted(nodes, key=lambda node: str(node["fqn"]))
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    ]


def describe_difference(mart: Mart, expected: Sequence[Row], found: Sequence[Row]) -> list[str]:
    """The first rows that differ, by key, with both values."""
    missing = sorted((Counter(expected) - Counter(found)).elements())
    added = sorted((Counter(found) - Counter(expected)).elements())
    by_key = {tuple(row[i] for i in mart.grain): row for row in added}
    lines = [f"    {len(missing)} rows differ or are missing, {len(added)} differ or are new"]
    for row in missing[:SHOWN_ROWS]:
        other = by_key.get(key := tuple(row[i] for i in mart.grain))
        changes = (
            "is missing"
            if other is None
            else ", ".join(
                f"{column}: {a} against {b}"
                for column, a, b in zip(mart.columns, row, other, strict=True)
                if a != b
            )
        )
        lines.append(f"    {', '.join(key)}: {changes}")
    return lines


def compare_marts(marts: Sequence[Mart], reference: Rows, others: Mapping[str, Rows]) -> int:
    """Print a line per mart; the number of marts that differ."""
    different = 0
    for mart in marts:
        expected = reference[mart.name]
        print(f"  {mart.name:30} {len(expected):>7} rows  {fingerprint(expected)}", end="")
        details = []
        for name, rows in others.items():
            if mart.name not in rows:
                continue
            found = rows[mart.name]
            same = found == expected
            print(f"  {name} {'same' if same else 'DIFFERS'}", end="")
            if not same:
                different += 1
                details += describe_difference(mart, expected, found)
        print(*["", *details], sep="\n", flush=True)
    return different


# ---- metrics -------------------------------------------------------------------------


def compare_answers(reference: Rows, others: Mapping[str, Rows]) -> int:
    """Print a line per saved query; the number that differ."""
    different = 0
    for name, expected in reference.items():
        verdicts = [
            f"{engine} {'same' if answers[name] == expected else 'DIFFERS'}"
            for engine, answers in others.items()
            if name in answers
        ]
        different += sum(verdict.endswith("DIFFERS") for verdict in verdicts)
        print(f"  {name:30} {len(expected):>7} rows  {'  '.join(verdicts)}")
    return different


# ---- the run -------------------------------------------------------------------------


class Run:
    """What one engine does from its start on, and the rows it came to."""

    def __init__(self, engine: Engine, all_tests: bool, select: Sequence[str]) -> None:
        self.engine = engine
        self.runs_tests = all_tests or (engine.runs_all_tests and engine.name != REFERENCE)
        # What of the second load is built where not everything is; all of it if empty.
        self.select = [] if all_tests or engine.runs_all_tests else list(select)
        self.marts: list[Mart] = []
        self.second: Rows = {}
        self.refreshed: Rows = {}
        self.answers: Rows = {}

    def second_build(self) -> list[str]:
        """What dbt is told to do with the second load, on top of the first."""
        if self.select:
            return [*MODELS, "--select", *self.select]
        # On DuckDB scripts/test runs the tests.
        return ["build", *NO_DEMO] if self.runs_tests else MODELS

    def read_marts(self) -> Rows:
        """The rows of every mart that was built last, as they are now."""
        target = self.engine.directory / "target"
        built = json.loads((target / "run_results.json").read_text())["results"]
        names = {result["unique_id"].split(".")[-1] for result in built}
        self.marts = [mart for mart in read_marts(target) if mart.name in names]
        return {mart.name: self.engine.mart(mart.name, mart.columns) for mart in self.marts}

    def ask(self) -> Rows:
        """The answers to every saved query."""
        from active_clients.metrics import Question

        manifest = (self.engine.directory / "target/semantic_manifest.json").read_text()
        metrics = self.engine.metrics(manifest)
        return {
            name: sorted(
                tuple(canonical_answer(value) for value in row)
                for row in self.engine.query(metrics.sql(Question(saved_query=name)))
            )
            for name in metrics.saved_query_names()
        }

    def build(self, first: Path, second: Path) -> None:
        """Two loads."""
        name = self.engine.name
        with step(f"{name}: start"):
            self.engine.start()
        with step(f"{name}: what arrived before {FIRST_LOAD_ENDS}"):
            self.engine.load(first)
            self.engine.dbt(*FIRST_LOAD)
        with step(f"{name}: spellings of times, numbers and booleans"):
            if problems := misread(self.engine.query, self.engine.target):
                raise ProjectError("\n".join([f"{name} reads otherwise:", *problems]))
        with step(f"{name}: the rest, incrementally"):
            self.engine.load(second)
            self.engine.dbt(*self.second_build())
            self.second = self.read_marts()
        if name == REFERENCE:
            with step(f"{name}: everything, afresh"):
                self.engine.dbt(*MODELS, "--full-refresh")
                self.refreshed = self.read_marts()
        if not self.select:
            with step(f"{name}: metrics"):
                self.answers = self.ask()
        if isinstance(self.engine, Postgres):
            with step(f"{name}: publication"):
                self.engine.publish()


def run(
    names: Sequence[str], directory: Path, all_tests: bool, select_on_spark: Sequence[str]
) -> int:
    """Every engine beside the others, then the comparison; the number of differences."""
    first, second = split_demo(directory)
    # The slowest first.
    runs = {
        name: Run(ENGINES[name](directory), all_tests, select_on_spark) for name in reversed(names)
    }
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        for item in runs.values():
            stack.callback(item.engine.stop)
        builds = [pool.submit(item.build, first, second) for item in runs.values()]
        errors = [error for build in builds if (error := build.exception())]
    for error in errors:
        if not isinstance(error, ProjectError):
            raise error
    if errors:
        raise ProjectError("\n\n".join(map(str, errors)))
    reference = runs.pop(REFERENCE)
    print("After both loads, against a full refresh:")
    different = compare_marts(
        reference.marts,
        reference.refreshed,
        {REFERENCE: reference.second, **{name: item.second for name, item in runs.items()}},
    )
    print("Metrics:")
    return different + compare_answers(
        reference.answers, {name: item.answers for name, item in runs.items()}
    )


@command("test_engines", __doc__)
@click.option(
    "--engines",
    type=Names("engine", ENGINES),
    default="duckdb,postgres,spark",
    help=f"of {', '.join(ENGINES)}; {REFERENCE} always runs",
)
@click.option("--all-tests", is_flag=True, help="run every test on Spark as well")
@click.option("--select-on-spark", cls=Several, help="build and compare only these there")
def main(engines: list[str], all_tests: bool, select_on_spark: tuple[str, ...]) -> int:
    """Compare, and end with one clear line."""
    names = [name for name in ENGINES if name == REFERENCE or name in engines]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="active_clients_engines_") as directory:
        different = run(names, Path(directory), all_tests, select_on_spark)
    seconds = f"{time.perf_counter() - start:.0f} s"
    if different:
        click.echo(f"Engines differ in {different} places after {seconds}; see above.")
        return 1
    click.echo(f"Engines agree in every row: {', '.join(names)}. {seconds}.")
    return 0


if __name__ == "__main__":
    main()
