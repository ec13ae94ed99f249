"""Builds the demo on every engine and compares every mart row by row, and every metric.

First the rows that had arrived by a day, with all tests; then the rest (new, late and
re-delivered rows) on top, incrementally. The result must be that of a full refresh on
DuckDB, on every engine. On Spark, where a small statement takes a second, the first load
goes no further than the incremental models, with the unit tests of parsing and time: equal
rows need no second test.

scripts/test_engines
scripts/test_engines --engines duckdb,postgres
scripts/test_engines --all-tests
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engines import ENGINES, Engine, Row, canonical
from metrics import Question
from project import ROOT, ProjectError

FIRST_LOAD_ENDS = "2025-05-01"
SHOWN_ROWS = 3
MODELS = ["build", "--resource-type", "model", "--resource-type", "seed"]
# What comes before the second load where it cannot build everything twice: the incremental
# models and what they read, with the unit tests of parsing and time.
FIRST_OF_TWO = [
    "--select",
    "path:models/staging",
    "+as_of",
    "+config.materialized:incremental",
    "--exclude",
    "resource_type:test",
    "path:models/intermediate,resource_type:unit_test",
]


@contextmanager
def step(title: str) -> Iterator[None]:
    """One line of progress with its seconds."""
    print(f"{title} ... ", end="", flush=True)
    start = time.perf_counter()
    yield
    print(f"{time.perf_counter() - start:.0f} s", flush=True)


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
        if node["resource_type"] == "model" and node["fqn"][1] == "marts"
    ]


def fingerprint(rows: Sequence[Row]) -> str:
    """A hash of the rows, whatever engine they came from."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(row).encode() + b"\x1e")
    return digest.hexdigest()[:12]


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


def compare_marts(reference: Engine, others: Sequence[Engine], marts: Sequence[Mart]) -> int:
    """Print a line per mart; the number of marts that differ."""
    different = 0
    for mart in marts:
        expected = reference.mart(mart.name, mart.columns)
        print(f"  {mart.name:30} {len(expected):>7} rows  {fingerprint(expected)}", end="")
        details = []
        for engine in others:
            found = engine.mart(mart.name, mart.columns)
            same = found == expected
            print(f"  {engine.name} {'same' if same else 'DIFFERS'}", end="")
            if not same:
                different += 1
                details += describe_difference(mart, expected, found)
        print(*["", *details], sep="\n", flush=True)
    return different


# ---- metrics -------------------------------------------------------------------------


def compare_metrics(reference: Engine, others: Sequence[Engine], target: Path) -> int:
    """Ask every saved query on every engine; the number that differ."""
    manifest = (target / "semantic_manifest.json").read_text()
    different = 0
    for name in reference.metrics(manifest).saved_query_names():
        answers = {}
        for engine in (reference, *others):
            sql = engine.metrics(manifest).sql(Question(saved_query=name))
            answers[engine.name] = sorted(
                tuple(canonical_answer(value) for value in row) for row in engine.query(sql)
            )
        expected = answers[reference.name]
        verdicts = [
            f"{engine.name} {'same' if answers[engine.name] == expected else 'DIFFERS'}"
            for engine in others
        ]
        different += sum(verdict.endswith("DIFFERS") for verdict in verdicts)
        print(f"  {name:30} {len(expected):>7} rows  {'  '.join(verdicts)}")
    return different


def canonical_answer(value: object) -> str:
    """A metric's value to nine digits: ratios are divided in floating point."""
    text = canonical(value)
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return text[:10]


# ---- the run -------------------------------------------------------------------------


def run(names: Sequence[str], directory: Path, all_tests: bool) -> int:
    """Everything, in order; the number of differences."""
    reference, *others = [ENGINES[name](directory) for name in names]
    fresh = ENGINES["duckdb"](directory / "fresh")
    first, second = split_demo(directory)
    engines = [reference, *others]
    with ExitStack() as stack:
        for engine in engines:
            with step(f"{engine.name}: start"):
                stack.callback(engine.stop)
                engine.start()
            is_whole = all_tests or engine.runs_all_tests
            with step(f"{engine.name}: build what arrived before {FIRST_LOAD_ENDS}"):
                engine.load(first)
                engine.dbt("build", *([] if is_whole else FIRST_OF_TWO))
        marts = read_marts(reference.directory / "target")
        whole = [engine for engine in others if all_tests or engine.runs_all_tests]
        print("After the first load:")
        different = compare_marts(reference, whole, marts)
        for engine in engines:
            with step(f"{engine.name}: add the rest incrementally"):
                engine.load(second)
                engine.dbt(*MODELS)
        with step("duckdb: full refresh of everything"):
            fresh.load(second)
            fresh.dbt(*MODELS)
        print("After the second load, against the full refresh:")
        different += compare_marts(fresh, engines, marts)
        print("Metrics:")
        different += compare_metrics(reference, others, reference.directory / "target")
    return different


def main() -> int:
    """Compare, by the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--engines", default=",".join(ENGINES), help="the first is what others are compared with"
    )
    parser.add_argument("--all-tests", action="store_true", help="run every test on Spark as well")
    options = parser.parse_args()
    names = options.engines.split(",")
    if unknown := [name for name in names if name not in ENGINES]:
        parser.error(f"no such engine: {', '.join(unknown)}; there are {', '.join(ENGINES)}")
    start = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="active_clients_engines_") as directory:
            different = run(names, Path(directory), options.all_tests)
    except ProjectError as error:
        print(f"\nEngines failed: {error}", file=sys.stderr)
        return 1
    seconds = f"{time.perf_counter() - start:.0f} s"
    if different:
        print(f"Engines differ in {different} places after {seconds}; see above.")
        return 1
    print(f"Engines agree in every row: {', '.join(names)}. {seconds}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
