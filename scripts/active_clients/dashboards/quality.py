"""How fresh and how whole the data of a published file are, for the head of every page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from active_clients.dashboards.formats import day
from active_clients.dashboards.parts import Cell, Table
from active_clients.dashboards.source import Source


@dataclass(frozen=True)
class Quality:
    """A line, and what stands behind it."""

    as_of: str
    loaded: str
    rows: str
    marts: str
    raw_tables: Table
    empty_marts: Table
    is_whole: bool


def read_quality(source: Source) -> Quality:
    """Rows by raw table, marts without rows and why."""
    tables = source.rows(
        "select source_name || '.' || table_name, sum(raw_row_count), sum(duplicate_row_count),"
        " sum(quarantined_row_count), max(loaded_date)"
        " from marts.fct_row_dispositions group by all order by 1"
    )
    raw, left_out = (int(sum(row[place] for row in tables)) for place in (1, 3))
    loaded = max((row[4] for row in tables if row[4] is not None), default=None)
    marts = source.rows(
        "select mart_name, coverage, reason from marts.fct_coverage order by mart_name"
    )
    lacking = [row for row in marts if row[1] != "full"]
    with_rows = sum(row[1] != "empty" for row in marts)
    partial = sum(row[1] == "partial" for row in marts)
    share = f" ({left_out / raw:.1%})" if raw else ""
    return Quality(
        as_of=day(source.as_of),
        loaded=f"last load {day(loaded)}" if loaded else "nothing was loaded",
        rows=f"{raw:,} raw rows, {left_out:,} quarantined{share}",
        marts=f"{with_rows} of {len(marts)} marts have rows"
        + (f", {partial} lack a part" if partial else ""),
        raw_tables=Table(
            [
                Cell("Raw table"),
                *(Cell(c, is_number=True) for c in ("Rows", "Duplicates", "Quarantined")),
                Cell("Last load"),
            ],
            [_raw_table(*row) for row in tables],
        ),
        empty_marts=Table(
            [Cell("Mart"), Cell("Holds"), Cell("Why")],
            [[Cell(str(value)) for value in row] for row in lacking],
        ),
        is_whole=not lacking,
    )


def _raw_table(name: str, raw: Any, duplicate: Any, left_out: Any, loaded: Any) -> list[Cell]:
    share = f" ({left_out / raw:.1%})" if raw and left_out else ""
    counts = [f"{raw:,}", f"{duplicate:,}", f"{left_out:,}{share}"]
    return [
        Cell(name),
        *(Cell(text, is_number=True) for text in counts),
        Cell(day(loaded) if loaded else ""),
    ]
