"""Measures what dbt costs on the demo by each version of dbt, in one run and in turns.

  parse         reads the project with nothing kept from before
  build         an empty file: models, seeds and data tests
  second build  the same file again
  scripts/build the same with Great Expectations and publication

dbt v2 is what scripts/setup_dbt2 installed. --before names another checkout, set up, such as the
last release. --record puts the table into docs/performance.md.

scripts/benchmark_dbt
scripts/benchmark_dbt --before ../before --rounds 3 --record
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import click

from active_clients.benchmarks.measuring import Cost, measure, record, table
from active_clients.command_line import command
from active_clients.dbt_runs import find_dbt_v2
from active_clients.project import ROOT

PLACE = "benchmark of dbt"
STEPS = ("parse", "build", "second build", "scripts/build")


@dataclass(frozen=True)
class Contestant:
    """A version of dbt and the checkout that it builds."""

    name: str
    program: str
    root: Path
    environment: dict[str, str]
    options: tuple[str, ...] = ()

    def run(self, folder: Path) -> dict[str, Cost]:
        """Every step once, in a folder of its own."""
        variables = {
            "ACTIVE_CLIENTS_DATABASE": str(folder / "build.duckdb"),
            "ACTIVE_CLIENTS_SPILL_DIRECTORY": str(folder / "spill"),
            "BENCHMARK_LOG": str(folder / "log"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_PROJECT_DIR": str(self.root),
            "DBT_PROFILES_DIR": str(self.root),
            "ACTIVE_CLIENTS_ROOT": str(self.root),
            **self.environment,
        }
        build = [self.program, "build", "--exclude-resource-type", "unit_test"]
        script = [str(self.root / "scripts/build"), "--again", *self.options]
        commands = {
            "parse": [self.program, "parse"],
            "build": build,
            "second build": build,
            "scripts/build": [*script, "--target-file", str(folder / "published.duckdb")],
        }
        return {
            step: measure(f"{self.name}: {step}", command, variables)
            for step, command in commands.items()
        }


def contestants(before: Path | None) -> list[Contestant]:
    """The versions that are installed."""
    program, environment = find_dbt_v2()
    found = [
        Contestant("dbt v1", str(Path(sys.executable).with_name("dbt")), ROOT, {}),
        Contestant("dbt v2", program, ROOT, environment, ("--dbt", "v2")),
    ]
    if before:
        found.insert(0, Contestant("before", str(before / ".venv/bin/dbt"), before, {}))
    return found


def describe(costs: dict[tuple[str, str], list[Cost]], names: list[str]) -> list[str]:
    """Medians of wall and CPU seconds, a row per step."""

    def cell(name: str, step: str) -> str:
        found = costs[name, step]
        wall, cpu = (statistics.median(getattr(c, what) for c in found) for what in ("wall", "cpu"))
        return f"{wall:.1f} ({cpu:.1f})"

    rows = [[step, *(cell(name, step) for name in names)] for step in STEPS]
    return table(["wall (CPU) s", *names], rows)


@command("benchmark_dbt", __doc__)
@click.option("--before", type=Path, help="another checkout to compare with")
@click.option("--rounds", default=3, help="medians are shown")
@click.option("--record", "is_recorded", is_flag=True, help="also write docs/performance.md")
def main(before: Path | None, rounds: int, is_recorded: bool) -> None:
    """Measure all versions in turns."""
    load = os.getloadavg()[0]
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    racers = contestants(before and before.resolve())
    for number in range(rounds):
        click.echo(f"round {number + 1}")
        for racer in racers:
            with tempfile.TemporaryDirectory(prefix="active_clients_dbt_") as folder:
                for step, cost in racer.run(Path(folder)).items():
                    costs[racer.name, step].append(cost)
    lines = describe(costs, [racer.name for racer in racers])
    measured = "One round" if rounds == 1 else f"Medians of {rounds} rounds"
    text = "\n".join([f"{measured}; load average at the start {load:.1f}.", "", *lines])
    click.echo(f"\n{text}")
    if is_recorded:
        record(text, PLACE)


if __name__ == "__main__":
    main()
