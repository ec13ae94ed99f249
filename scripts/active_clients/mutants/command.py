"""Makes wrong versions of the models' SQL, one change each, and looks which the tests notice.

The mutants are drawn evenly over the models, the same ones for the same seed. Each is asked about
by dbt's unit tests of its model and, where these pass, by the data tests on the demo. What no test
notices is listed by model, but for what reviewed.yml explains.

scripts/build --full-refresh --again --unit-tests && scripts/mutants
scripts/mutants --only revenue,value --count 200
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml
from tabulate import tabulate

from active_clients.command_line import Names, command
from active_clients.mutants.sample import Mutant, Project
from active_clients.project import ROOT, database_path, target_path

REVIEWED = Path(__file__).with_name("reviewed.yml")
PAGE = ROOT / "docs/reliability.md"
TABLE = re.compile(r"(<!-- scripts/mutants -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Review:
    """Mutants that no test of their model can or need notice, and why."""

    sql: str
    why: str
    models: tuple[str, ...] = ()
    tested_by: str = ""

    def explains(self, mutant: Mutant) -> bool:
        """Whether a mutant is one of these."""
        if self.models and mutant.model not in self.models:
            return False
        return re.search(self.sql, f"{mutant.before} -> {mutant.after}", re.DOTALL) is not None


def reviews() -> list[Review]:
    """The list that people have gone through."""
    entries: list[dict[str, Any]] = yaml.safe_load(REVIEWED.read_text())
    return [Review(**{**entry, "models": tuple(entry.get("models", ()))}) for entry in entries]


def unexplained(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The survivors that nobody has explained."""
    known = reviews()
    survivors = [mutant for mutant in mutants if not mutant.killed_by]
    return [mutant for mutant in survivors if not any(r.explains(mutant) for r in known)]


def table(mutants: Sequence[Mutant]) -> str:
    """Counts by topic, as Markdown."""
    alive = unexplained(mutants)
    rows: list[list[Any]] = []
    for topic in [*sorted({mutant.topic for mutant in mutants}), "all"]:
        drawn = [m for m in mutants if topic in (m.topic, "all")]
        by = [sum(m.killer == killer for m in drawn) for killer in ("unit test", "data test")]
        left = sum(topic in (m.topic, "all") for m in alive)
        explained = len(drawn) - sum(by) - left
        share = f"{sum(by) / max(1, len(drawn) - explained):.0%}"
        rows.append([topic, len({m.model for m in drawn}), len(drawn), *by, explained, left, share])
    headers = ["topic", "models", "mutants", "by unit tests", "by data tests", "explained"]
    return str(tabulate(rows, [*headers, "survived", "killed"], tablefmt="pipe"))


def record(mutants: Sequence[Mutant]) -> None:
    """Write the counts into the page."""
    page = PAGE.read_text()
    PAGE.write_text(TABLE.sub(lambda found: f"{found[1]}\n{table(mutants)}\n\n{found[2]}", page))


@command("mutants", __doc__)
@click.option("--count", default=726, help="how many mutants")
@click.option("--seed", default=1, help="which ones")
@click.option("--only", type=Names(), default="", help="models or topics, with commas")
@click.option("--record", "is_recorded", is_flag=True, help=f"into {PAGE.relative_to(ROOT)}")
def main(count: int, seed: int, only: list[str], is_recorded: bool) -> None:
    """Draw, run and list what survived."""
    project = Project(target_path(), database_path(), only)
    mutants = project.draw(count, seed)
    model = ""
    for mutant in unexplained(mutants):
        if mutant.model != model:
            model = mutant.model
            click.echo(model if model in project.tests else f"{model} (without any unit test)")
        click.echo(f"  {mutant.line}")
    click.echo(table(mutants))
    if is_recorded:
        record(mutants)


if __name__ == "__main__":
    main()
