"""What a published file says to a chart: its rows, why there are none, what its numbers mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from active_clients.command_line import first_line
from active_clients.dashboards.boards import BoardsError, Chart
from active_clients.dashboards.formats import day
from active_clients.project import ROOT
from active_clients.query import tables_without_rows

# More rows make a page slow, and nobody reads them there.
TABLE_ROWS = 1000


@dataclass(frozen=True)
class Answer:
    """The rows of a chart, or in one sentence why there are none."""

    columns: Sequence[str] = ()
    rows: Sequence[tuple[Any, ...]] = ()
    reason: str = ""
    is_cut: bool = False

    def of(self, column: str) -> list[Any]:
        """All values of a column."""
        place = self.columns.index(column)
        return [row[place] for row in self.rows]

    def records(self) -> list[dict[str, Any]]:
        """The rows by the names of their columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Source:
    """A published file that is open, with the variables it was built with."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, variables: dict[str, Any]) -> None:
        self.connection = connection
        ((self.as_of_date,),) = self.rows("select as_of_date from marts.publication")
        self.known: dict[str, Any] = {
            "as_of_date": self.as_of_date,
            "currency": variables["reporting_currency"],
            "definition_id": variables["default_definition_id"],
        }
        self.marts = dict(
            self.rows("select table_name, comment from duckdb_tables() where schema_name = 'marts'")
        )
        self.comments = {
            f"{table}.{column}": comment
            for table, column, comment in self.rows(
                "select table_name, column_name, comment from duckdb_columns()"
                " where schema_name = 'marts'"
            )
        }
        self.coverage = dict(
            self.rows("select mart_name, reason from marts.fct_coverage where coverage = 'empty'")
        )
        self.missing = tables_without_rows(connection)
        self.metrics = self._metrics()

    @property
    def as_of(self) -> date:
        """The day that the file speaks of."""
        found: date = self.as_of_date
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a statement returns."""
        return self.connection.execute(sql).fetchall()

    def _metrics(self) -> dict[str, str]:
        """What each metric is, as the published definitions say."""
        found = self.rows(
            "select 1 from duckdb_tables() where schema_name = 'metrics'"
            " and table_name = 'semantic_manifest'"
        )
        if not found:
            return {}
        ((content,),) = self.rows("select content from metrics.semantic_manifest")
        return {
            metric["name"]: " ".join((metric["description"] or "").split())
            for metric in json.loads(content)["metrics"]
        }

    def definition(self, chart: Chart, place: str, is_shown: bool = True) -> str:
        """What a chart shows, written once: where the metric, mart or column is described.

        Of a chart that is not shown it may be unknown: it is switched off with its tables.
        """
        if isinstance(chart.definition, str):
            return " ".join(chart.definition.split())
        ((kind, name),) = chart.definition.items()
        known = {"metric": self.metrics, "mart": self.marts, "column": self.comments}[kind]
        # A file may have been published without metrics.
        if name not in known and is_shown and known:
            raise BoardsError(
                [f"{place}: `definition` names the {kind} {name}, which is not there"]
            )
        return " ".join((known.get(name) or "").split())

    def of_column(self, chart: Chart, column: str) -> str:
        """What a column of a table is, where a mart that it may be from says so."""
        said = (self.comments.get(f"{mart}.{column}") for mart in chart.marts)
        return next(filter(None, said), "")

    def ask(self, chart: Chart, place: str) -> Answer:
        """The rows of a chart; a chart that cannot be asked is a fault of its board."""
        for mart in chart.marts:
            if mart not in self.marts:
                if is_switched_off(mart):
                    return Answer(
                        reason=f"marts.{mart} is not built: a raw table that it is made from is"
                        " switched off (docs/configuration.md)."
                    )
                raise BoardsError([f"{place}: there is no mart {mart}; the README lists them"])
        if chart.needs in self.missing:
            return Answer(reason=f"The raw table {chart.needs} has no rows.")
        parameters = {n: v for n, v in self.known.items() if f"${n}" in chart.sql}
        try:
            cursor = self.connection.execute(chart.sql, parameters)
        except duckdb.Error as error:
            raise BoardsError([f"{place}: the SQL cannot be run: {first_line(error)}"]) from error
        columns = [column[0] for column in cursor.description or []]
        self._check_columns(chart, place, columns)
        if chart.kind == "table":
            rows = cursor.fetchmany(TABLE_ROWS + 1)
            answer = Answer(columns, rows[:TABLE_ROWS], is_cut=len(rows) > TABLE_ROWS)
        else:
            answer = Answer(columns, cursor.fetchall())
        values = list(chart.y) or columns
        places = [columns.index(name) for name in values]
        if not any(row[p] is not None for row in answer.rows for p in places):
            return Answer(columns, [], self.why_none(chart))
        return answer

    @staticmethod
    def _check_columns(chart: Chart, place: str, columns: list[str]) -> None:
        used = [chart.x, *chart.y, chart.series, chart.lower, chart.upper, chart.complete]
        used += [chart.total, chart.size, chart.note, chart.reference]
        used += [column.column for column in chart.columns]
        if unknown := [name for name in used if name and name not in columns]:
            raise BoardsError(
                [
                    f"{place}: the SQL returns no {', '.join(unknown)}; it returns "
                    f"{', '.join(columns)}"
                ]
            )

    def why_none(self, chart: Chart) -> str:
        """Why a chart has no rows: what its marts wait for, or what the board says."""
        for mart in chart.marts:
            if reason := self.coverage.get(mart):
                kind, _, what = reason.partition(": ")
                if kind == "table off":
                    return f"The raw table {what} is switched off (docs/configuration.md)."
                if kind == "no rows":
                    return f"The raw table {what} has no rows."
                if reason.startswith("waits for "):
                    return f"Nothing to show yet: it {reason}."
        return chart.empty or f"Nothing of it happened by {day(self.as_of_date)}."


def is_switched_off(mart: str) -> bool:
    """Whether the project has a mart that the published file has not."""
    models = Path(ROOT / "models")
    return any(models.rglob(f"{mart}.sql"))
