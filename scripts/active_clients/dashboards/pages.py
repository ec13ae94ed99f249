"""Writes the pages: one per board, with plotly, a style sheet and a script beside them.

The same file, boards and project make the same bytes. Nothing is asked of any network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from active_clients.dashboards.boards import FOLDER, Board, Chart, read_boards
from active_clients.dashboards.figures import figure
from active_clients.dashboards.formats import month, shown
from active_clients.dashboards.parts import Table, Tile, data, table, tile, triangle
from active_clients.dashboards.quality import read_quality
from active_clients.dashboards.source import Answer, Source
from active_clients.query import open_published

TEMPLATES = Path(__file__).with_name("templates")
ASSETS = ("boards.css", "boards.js")
PLOTLY = "plotly/package_data/plotly.min.js"


@dataclass(frozen=True)
class Drawn:
    """A chart as its page needs it: one of figure, tile and table, or why there is none."""

    chart: Chart
    id: str
    definition: str
    reason: str
    # What is said beside the title.
    notes: Sequence[str] = ()
    figure: dict[str, Any] | None = None
    tile: Tile | None = None
    table: Table | None = None
    data: Table | None = None


def plotly_script() -> Path:
    """plotly.js as its Python package brings it, which need not be imported for that."""
    return Path(str(distribution("plotly").locate_file(PLOTLY)))


def as_json(value: Any) -> Markup:
    """JSON for a script element, which only `<` could end or change."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Escaped above for its place; quotes have to stay what they are.
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def notes(chart: Chart, answer: Answer, drawn: dict[str, Any] | None) -> Iterator[str]:
    """What the board says of the first row, and where an axis begins that begins above 0."""
    if chart.note:
        yield from (month(said) for said in answer.of(chart.note)[:1] if said is not None)
    lowest, _ = (drawn or {}).get("layout", {}).get("yaxis", {}).get("range", (0, 0))
    if lowest > 0:
        yield f"axis from {shown(lowest, chart.format)}"


def breakable(text: str) -> Markup:
    """Text in which a long name may be broken where a person would."""
    return Markup(str(escape(text)).replace("_", "_<wbr>"))  # noqa: S704 (escaped before)


def draw(source: Source, board: Board) -> Iterator[Drawn]:
    """The charts of a board."""
    for number, chart in enumerate(board.charts, 1):
        place = f"dashboards/{board.name}.yml, chart {chart.title!r}"
        answer = source.ask(chart, place)
        drawn: dict[str, Any] = {}
        if answer.reason:
            pass
        elif chart.kind == "tile":
            drawn["tile"] = tile(chart, answer)
        elif chart.kind == "table":
            drawn["table"] = table(chart, answer, partial(source.of_column, chart))
        elif chart.kind == "triangle":
            drawn["table"] = triangle(chart, answer)
        else:
            drawn |= {"figure": figure(chart, answer), "data": data(chart, answer)}
        if chart.kind != "tile" and answer.rows:
            drawn["notes"] = list(notes(chart, answer, drawn.get("figure")))
        yield Drawn(
            chart,
            f"chart-{number}",
            source.definition(chart, place, not answer.reason),
            answer.reason,
            **drawn,
        )


def write_pages(
    published: Path, folder: Path, variables: dict[str, Any], boards: Path = FOLDER
) -> Path:
    """Write all pages of a published file into a folder; the first one of them."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {"as_json": as_json, "breakable": breakable}
    template = jinja.get_template("board.html")
    read = read_boards(boards)
    texts = {}
    with open_published(published) as connection:
        source = Source(connection, variables)
        quality = read_quality(source)
        ((version,),) = source.rows("select project_version from marts.publication")
        for board in read:
            texts[board.page] = template.render(
                board=board,
                boards=read,
                charts=list(draw(source, board)),
                quality=quality,
                currency=source.known["currency"],
                version=version,
            )
    # Nothing is written of what cannot be drawn as a whole.
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ASSETS:
        (folder / name).write_bytes((TEMPLATES / name).read_bytes())
    (folder / "plotly.min.js").write_bytes(plotly_script().read_bytes())
    return folder / read[0].page
