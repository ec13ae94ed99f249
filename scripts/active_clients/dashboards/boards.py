"""The boards as `dashboards/*.yml` describes them: one file a board, read and checked.

Nothing here knows how a chart is drawn, so that another tool can be given the same boards.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from active_clients.dashboards.formats import FORMATS
from active_clients.project import ROOT, ProjectError

FOLDER = ROOT / "dashboards"
# What each kind of chart cannot do without, besides its title and SQL.
NEEDS = {
    "tile": ("x", "y", "format"),
    "line": ("x", "y", "format"),
    "bar": ("x", "y", "format"),
    "bridge": ("x", "y", "format", "total"),
    "triangle": ("x", "y", "series", "format"),
    "funnel": ("x", "y"),
    "table": ("columns",),
}
PARAMETERS = ("as_of_date", "currency", "definition_id")
MART = re.compile(r"\bmarts\.(\w+)")
CHOICES: dict[str, Collection[str]] = {
    "kind": NEEDS,
    "format": FORMATS,
    "good": ("up", "down"),
    "by": ("day", "week", "month"),
}


class BoardsError(ProjectError):
    """Boards that cannot be drawn: every problem, each with its file and chart."""

    def __init__(self, problems: list[str]) -> None:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"the dashboards cannot be drawn for {count} (docs/dashboards.md)")
        self.lines = [f"- {problem}" for problem in problems]


@dataclass(frozen=True)
class Column:
    """A column of a table: what it is called and how it is shown."""

    column: str
    title: str = ""
    format: str = "text"


@dataclass(frozen=True)
class Chart:
    """One chart: what it asks of the marts, and which column goes where."""

    title: str
    kind: str
    sql: str
    # A text, or the metric, mart or column of one that has it already: {metric: mrr}.
    definition: str | dict[str, str] = ""
    format: str = "number"
    x: str = ""
    y: tuple[str, ...] = ()
    # A column whose values are the lines, or the rows of a triangle.
    series: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    # Bounds of the one y.
    lower: str = ""
    upper: str = ""
    # False where the period of a row is not over.
    complete: str = ""
    # True where a step of a bridge is a sum of those before it.
    total: str = ""
    # How many a row of a triangle is made of, and what is said of a row beside its numbers.
    size: str = ""
    note: str = ""
    colors: dict[str, str] = field(default_factory=dict)
    stacked: bool = False
    horizontal: bool = False
    points: bool = False
    from_zero: bool = True
    reference: str = ""
    width: str = "half"
    good: str = ""
    # What scripts/query answers with the same number, for the period of a tile.
    metric: str = ""
    by: str = "month"
    columns: tuple[Column, ...] = ()
    filters: tuple[str, ...] = ()
    search: bool = False
    # Where there is no row though everything was delivered.
    empty: str = ""
    # A raw table without which the rows would say 0 of what nobody delivered.
    needs: str = ""

    @property
    def marts(self) -> list[str]:
        """The marts that the SQL reads, in its order."""
        return list(dict.fromkeys(MART.findall(self.sql)))


@dataclass(frozen=True)
class Board:
    """One page."""

    name: str
    title: str
    question: str
    order: int
    charts: tuple[Chart, ...]

    @property
    def page(self) -> str:
        """The name of its file; the first board is where a visitor comes in."""
        return "index.html" if self.order == 1 else f"{self.name}.html"


def read_boards(folder: Path = FOLDER) -> list[Board]:
    """All boards, in their order."""
    problems: list[str] = []
    boards = [
        board for path in sorted(folder.glob("*.yml")) if (board := _read_board(path, problems))
    ]
    orders = [board.order for board in boards]
    if not problems and sorted(orders) != list(range(1, len(boards) + 1)):
        problems.append(
            f"{folder.name}: `order` counts the boards from 1, and they have {sorted(orders)}"
        )
    if problems:
        raise BoardsError(problems)
    return sorted(boards, key=lambda board: board.order)


def _read_board(path: Path, problems: list[str]) -> Board | None:
    where = f"{path.parent.name}/{path.name}"
    try:
        content = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        problems.append(f"{where} is not YAML: {' '.join(str(error).split())}")
        return None
    wants = {"title": str, "question": str, "order": int, "charts": list}
    if not isinstance(content, dict) or set(content) != set(wants):
        problems.append(f"{where}: a board has {', '.join(wants)}, and nothing else")
        return None
    wrong = [name for name, kind in wants.items() if not isinstance(content[name], kind)]
    if wrong:
        problems += [f"{where}: `{name}` takes {_kind(wants[name])}" for name in wrong]
        return None
    before = len(problems)
    charts = []
    for number, entry in enumerate(content["charts"], 1):
        said = entry.get("title") if isinstance(entry, dict) else None
        place = f"{where}, chart {said!r}" if said else f"{where}, chart {number}"
        found = list(_chart_problems(entry))
        problems += [f"{place}: {problem}" for problem in found]
        if not found:
            charts.append(_chart(entry))
    titles = [chart.title for chart in charts]
    problems += [
        f"{where}: two charts are called {title!r}"
        for title in sorted({t for t in titles if titles.count(t) > 1})
    ]
    if len(problems) > before:
        return None
    return Board(path.stem, content["title"], content["question"], content["order"], tuple(charts))


def _chart_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "a chart is a mapping with `title`, `kind` and `sql`"
        return
    known = {f.name: f for f in fields(Chart)}
    for name in entry:
        if name not in known:
            yield f"there is no `{name}`; a chart takes {', '.join(known)}"
    for name in [n for n, f in known.items() if f.default is MISSING and _has_none(f)]:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            yield f"`{name}` is missing"
    for name, choices in CHOICES.items():
        if name in entry and entry[name] not in choices:
            yield f"`{name}` is {entry[name]!r}; it takes {', '.join(choices)}"
    for name in NEEDS.get(str(entry.get("kind")), ()):
        if not entry.get(name):
            yield f"a {entry['kind']} needs `{name}`"
    yield from _type_problems(entry)
    sql = str(entry.get("sql", ""))
    for name in re.findall(r"\$(\w+)", sql):
        if name not in PARAMETERS:
            given = ", ".join(f"${parameter}" for parameter in PARAMETERS)
            yield f"the SQL asks for ${name}; there are {given}"
    if not MART.search(sql):
        yield "the SQL reads no mart; name one as marts.<name>"


def _has_none(found: Any) -> bool:
    return bool(found.default_factory is MISSING)


def _type_problems(entry: dict[str, Any]) -> Iterator[str]:
    for name in ("stacked", "horizontal", "points", "from_zero", "search"):
        if not isinstance(entry.get(name, False), bool):
            yield f"`{name}` takes true or false"
    for name in ("labels", "colors"):
        if not isinstance(entry.get(name, {}), dict):
            yield f"`{name}` takes a mapping"
    definition = entry.get("definition", "")
    if not isinstance(definition, str) and (
        not isinstance(definition, dict)
        or list(definition) not in (["metric"], ["mart"], ["column"])
    ):
        yield "`definition` takes a text, or one of {metric: ...}, {mart: ...}, {column: mart.name}"
    columns = entry.get("columns", [])
    if not isinstance(columns, list) or not all(
        isinstance(c, dict) and "column" in c and set(c) <= {"column", "title", "format"}
        for c in columns
    ):
        yield "`columns` takes a list of mappings with `column`, `title` and `format`"
        return
    for column in columns:
        if column.get("format", "text") not in FORMATS:
            yield f"column {column['column']}: `format` takes {', '.join(FORMATS)}"
    names = [column["column"] for column in columns]
    for name in entry.get("filters", []):
        if name not in names:
            yield f"`filters` has {name}, which is not among `columns`"


def _chart(entry: dict[str, Any]) -> Chart:
    y = entry.get("y", ())
    changed = {
        "y": (y,) if isinstance(y, str) else tuple(y),
        "columns": tuple(Column(**column) for column in entry.get("columns", ())),
        "filters": tuple(entry.get("filters", ())),
    }
    return Chart(**entry | changed)


def _kind(kind: type) -> str:
    return {str: "a text", int: "a whole number", list: "a list"}[kind]
