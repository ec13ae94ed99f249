"""By which periods and attributes each metric of docs/metrics.md can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from active_clients.metrics import Engine
from active_clients.periods import GRAINS
from active_clients.project import ROOT

METRICS_PAGE = ROOT / "docs/metrics.md"
HEADINGS = ("metric", "definition", "formula", "by", "cut by")


def grains_of(engine: Engine, names: Iterable[str]) -> str:
    """The periods that each of the metrics has; once where they are the same."""
    each = dict.fromkeys(engine.grains(name) for name in names)
    return "; ".join("any" if grains == GRAINS else ", ".join(grains) for grains in each)


def cuts_of(engine: Engine, names: Iterable[str]) -> str:
    """What is told apart, by what stands before its name; what must be is bold."""
    known: set[str] = set()
    required: set[str] = set()
    for name in names:
        known |= {cut.split("__")[0] for cut in engine.group_by_names([name]) if "__" in cut}
        required |= {cut for cut in engine.requires(name) if cut != "metric_time"}
    shown = [f"`{cut}`" for cut in sorted(known - {cut.split("__")[0] for cut in required})]
    return ", ".join([*(f"**`{cut}`**" for cut in sorted(required)), *shown])


def filled_lines(text: str, engine: Engine) -> Iterator[str]:
    """The lines of the page, its tables of metrics with what these say of themselves."""
    is_table = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        is_table = line.startswith("| metric |") or (is_table and line.startswith("|"))
        if not is_table:
            yield line
        elif line.startswith("| metric |"):
            yield f"| {' | '.join(HEADINGS)} |"
        elif line.startswith("|---"):
            yield "|---" * len(HEADINGS) + "|"
        else:
            names = re.findall(r"`(\w+)`", cells[0])
            said = [*cells[:3], grains_of(engine, names), cuts_of(engine, names)]
            yield f"| {' | '.join(said)} |"


def filled(text: str, engine: Engine) -> str:
    """The page with the last two columns of its tables as the metrics have them."""
    return "\n".join(filled_lines(text, engine)) + "\n"
