"""Deliveries of rows, and the ledger of where each one must end."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from .contract import DAY_DATE, FLAG, NUMBER, RATE, STAMP, TABLES, WHOLE
from .timeline import time_text

Values = dict[str, str]
TEMPLATES_KEPT = 600


class Disposition(NamedTuple):
    """One row that is not accepted, as delivered."""

    table_name: str
    row_key: str
    loaded_at: str
    disposition: str
    reasons: str


class RawTables:
    """Collects rows as finished CSV lines, because objects would fill the memory."""

    def __init__(self, typed: bool) -> None:
        self.typed = typed
        self.lines: dict[str, list[tuple[int, int, str]]] = {name: [] for name in TABLES}
        self.dispositions: list[Disposition] = []
        self.totals = {name: {"accepted": 0, "duplicate": 0, "quarantined": 0} for name in TABLES}
        self.templates: dict[str, list[tuple[int, Values]]] = {name: [] for name in TABLES}

    def add(
        self, table: str, values: Values, arrival: int, disposition: str, reasons: str = ""
    ) -> None:
        """Add one row; `loaded_at` in values overrides the arrival's text."""
        row = {"loaded_at": time_text(arrival), **values}
        if reasons and self.typed and not _is_typed(table, row):
            return
        cells = [_quoted(row.get(column, "")) for column in TABLES[table].columns]
        lines = self.lines[table]
        lines.append((arrival, len(lines), ",".join(cells)))
        self.totals[table][disposition] += 1
        if disposition == "accepted":
            self._keep_template(table, arrival, row)
            return
        key = "|".join(row.get(column, "") for column in TABLES[table].key)
        entry = Disposition(table, key, row["loaded_at"], disposition, reasons)
        self.dispositions.append(entry)

    def _keep_template(self, table: str, arrival: int, row: Values) -> None:
        """Keep some accepted rows of all times as models for bad rows."""
        kept, count = self.templates[table], self.totals[table]["accepted"]
        if len(kept) < TEMPLATES_KEPT:
            kept.append((arrival, row))
        elif count % 7 == 0:
            kept[count // 7 % TEMPLATES_KEPT] = (arrival, row)

    def deliver(self, table: str, deliveries: Iterable[tuple[int, Values]]) -> None:
        """Add the deliveries of one key; the latest is accepted, one per load."""
        latest = dict(deliveries)
        arrivals = sorted(latest)
        for arrival in arrivals[:-1]:
            self.add(table, latest[arrival], arrival, "duplicate")
        self.add(table, latest[arrivals[-1]], arrivals[-1], "accepted")

    def release(self, table: str) -> None:
        """Forget the rows of a table that has been written."""
        self.lines[table] = []

    def sorted_lines(self, table: str) -> list[str]:
        """Return the CSV lines of a table in order of arrival."""
        return [line for _, _, line in sorted(self.lines[table])]


def _quoted(cell: str) -> str:
    if "," in cell or '"' in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _is_typed(table: str, row: Values) -> bool:
    """Say whether every cell fits its column's type, as a typed file needs."""
    return all(_fits(row.get(name, ""), kind) for name, kind in TABLES[table].columns.items())


def _fits(cell: str, kind: str) -> bool:
    if not cell:
        return True
    try:
        if kind == STAMP:
            datetime.fromisoformat(cell)
        elif kind == DAY_DATE:
            date.fromisoformat(cell)
        elif kind == WHOLE:
            int(cell)
        elif kind in (NUMBER, RATE):
            return Decimal(cell).is_finite()
        elif kind == FLAG:
            return cell.lower() in ("true", "false")
    except (ValueError, InvalidOperation):
        return False
    return True
