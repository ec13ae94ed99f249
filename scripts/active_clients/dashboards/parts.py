"""What the pages show without plotly: tiles, tables, triangles, and the data beside a chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from active_clients.dashboards.boards import Chart
from active_clients.dashboards.figures import label
from active_clients.dashboards.formats import FORMATS, NONE, change, day, month, shown
from active_clients.dashboards.source import Answer

SPARK_PERIODS = 13
# Rows of the table beside a chart: it is for who cannot see the chart, not for export.
DATA_ROWS = 40
# The share from which on a cell of a triangle gets no darker.
FULL_COLOR = 1.5


@dataclass(frozen=True)
class Cell:
    """A cell of a table; `key` sorts it, `share` (0 to 1) says how dark one of a triangle is."""

    text: str
    key: Any = ""
    is_number: bool = False
    share: float | None = None
    hint: str = ""


@dataclass(frozen=True)
class Tile:
    """One number: as it is now, how sure it is, and how it came here."""

    value: str
    raw: float
    period: str
    interval: str
    change: str
    # better, worse or empty: for a colour beside the words.
    tone: str
    note: str
    spark: str
    period_key: str


def tile(chart: Chart, answer: Answer) -> Tile:
    """The last period that is known, against the one before."""
    (y,) = chart.y
    records = [r for r in answer.records() if r[y] is not None]
    last = records[-1]
    value = float(last[y])
    before = float(records[-2][y]) if len(records) > 1 else None
    is_over = not chart.complete or bool(last[chart.complete])
    interval = ""
    if chart.lower and last[chart.lower] is not None:
        low, high = (shown(last[c], chart.format) for c in (chart.lower, chart.upper))
        interval = f"{low} to {high}"
    said, tone = "", ""
    if before is not None and is_over:
        said = change(value, before, chart.format)
        # A change that is rounded to nothing is none, whatever its share.
        if not re.search("[1-9]", said.partition(" (")[0]):
            said = "unchanged"
        elif chart.good:
            tone = "better" if (value > before) == (chart.good == "up") else "worse"
        said += f" since {_short(chart, records[-2][chart.x], last)}"
    period = _period(chart, last[chart.x]) + ("" if is_over else " so far")
    return Tile(
        value=shown(value, chart.format),
        raw=value,
        period=period,
        interval=interval,
        change=said,
        tone=tone,
        note=str(last[chart.note]) if chart.note and last[chart.note] is not None else "",
        spark=spark([float(r[y]) for r in records[-SPARK_PERIODS:]]),
        period_key=str(last[chart.x]),
    )


def _period(chart: Chart, value: Any) -> str:
    if not isinstance(value, date):
        return str(value)
    return month(value) if chart.by == "month" else day(value)


def _short(chart: Chart, value: Any, last: dict[str, Any]) -> str:
    """The period before, without the year where that is the same."""
    if not isinstance(value, date):
        return str(value)
    text = f"{value:%B}" if chart.by == "month" else f"{value.day} {value:%B}"
    return text if value.year == last[chart.x].year else f"{text} {value.year}"


def spark(values: Sequence[float]) -> str:
    """The points of a small line in a box of 100 by 24, with room for its width."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    room = (high - low) or 1
    step = 100 / (len(values) - 1)
    return " ".join(
        f"{i * step:.1f},{22 - 20 * (value - low) / room:.1f}" for i, value in enumerate(values)
    )


@dataclass(frozen=True)
class Table:
    """Headings and rows; `more` says what is not shown."""

    headings: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    more: str = ""


def table(chart: Chart, answer: Answer, said_of: Callable[[str], str]) -> Table:
    """The columns that a board names, as it names them, and what is said of each."""
    headings = [
        Cell(
            c.title or label(chart, c.column),
            is_number=FORMATS[c.format].is_number,
            hint=said_of(c.column),
        )
        for c in chart.columns
    ]
    rows = [
        [_cell(record[c.column], c.format) for c in chart.columns] for record in answer.records()
    ]
    more = f"The first {len(rows):,} rows; marts.{chart.marts[0]} has all." if answer.is_cut else ""
    return Table(headings, rows, more)


def _cell(value: Any, form: str) -> Cell:
    is_number = FORMATS[form].is_number
    key: Any = "" if value is None else float(value) if is_number else str(value)
    return Cell(shown(value, form), key, is_number)


def triangle(chart: Chart, answer: Answer) -> Table:
    """Cohorts down, periods across; a cell is as dark as its value is high."""
    (y,) = chart.y
    records = answer.records()
    columns = sorted({r[chart.x] for r in records})
    cohorts = sorted({r[chart.series] for r in records})
    cells = {(r[chart.series], r[chart.x]): r for r in records}
    # One cohort that grew tenfold would leave no colour for the others.
    highest = max((float(r[y]) for r in records if r[y] is not None), default=1.0)
    highest = min(max(highest, 1.0), FULL_COLOR)
    headings = [Cell(label(chart, chart.series))]
    headings += [Cell(label(chart, chart.size), is_number=True)] if chart.size else []
    headings += [Cell(str(column), is_number=True) for column in columns]
    rows = []
    for cohort in cohorts:
        first = next(r for r in records if r[chart.series] == cohort)
        row = [Cell(f"{cohort:%b %Y}" if isinstance(cohort, date) else str(cohort))]
        row += [Cell(shown(first[chart.size], "count"), is_number=True)] if chart.size else []
        row += [_shade(chart, cells.get((cohort, column)), highest) for column in columns]
        rows.append(row)
    return Table(headings, rows)


def _shade(chart: Chart, record: dict[str, Any] | None, highest: float) -> Cell:
    if record is None or record[chart.y[0]] is None:
        return Cell("")
    value = float(record[chart.y[0]])
    hint = ""
    if chart.lower and record[chart.lower] is not None:
        low, high = (shown(record[c], "rate") for c in (chart.lower, chart.upper))
        hint = f"{value:.1%} ({low} to {high})"
    return Cell(f"{value:.0%}", value, True, round(min(value / highest, 1), 2), hint)


def data(chart: Chart, answer: Answer) -> Table:
    """What a chart shows, as a table: the last rows where there are many."""
    records = answer.records()
    values = [*chart.y, *filter(None, [chart.lower, chart.upper, chart.reference])]
    if chart.series:
        names = list(dict.fromkeys(r[chart.series] for r in records))
        by_x: dict[Any, dict[Any, Any]] = {}
        for r in records:
            by_x.setdefault(r[chart.x], {})[r[chart.series]] = r[chart.y[0]]
        headings = [label(chart, chart.x), *(label(chart, name) for name in names)]
        rows = [[x, *(found.get(name) for name in names)] for x, found in by_x.items()]
    else:
        headings = [label(chart, chart.x), *(label(chart, v) for v in values)]
        rows = [[r[chart.x], *(r[v] for v in values)] for r in records]
    left_out = max(0, len(rows) - DATA_ROWS)
    return Table(
        [Cell(headings[0]), *(Cell(h, is_number=True) for h in headings[1:])],
        [
            [Cell(_said(chart, row[0])), *(Cell(shown(v, chart.format), v, True) for v in row[1:])]
            for row in rows[left_out:]
        ],
        f"the last {DATA_ROWS} of {len(rows):,} rows" if left_out else "",
    )


def _said(chart: Chart, value: Any) -> str:
    if value is None:
        return NONE
    return shown(value, "day") if isinstance(value, date) else label(chart, value)
