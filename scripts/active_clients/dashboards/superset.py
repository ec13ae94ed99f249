"""Writes the boards as Superset imports them: database, datasets, charts, dashboards, one archive.

Each chart is a dataset of its own, with the board's SQL, at the grain that it is drawn at; so
the maximum over its rows is the number itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click
import yaml

from active_clients.command_line import command, vars_option
from active_clients.dashboards.boards import MART, Board, Chart, read_boards
from active_clients.dashboards.formats import words
from active_clients.dashboards.source import Source
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, read_vars
from active_clients.query import open_published

VERSION = "1.0.0"
DATABASE = "active_clients"
KINDS = {
    "tile": "big_number_total",
    "line": "echarts_timeseries_line",
    "bar": "echarts_timeseries_bar",
    "bridge": "waterfall",
    "triangle": "heatmap_v2",
    "funnel": "funnel",
    "table": "table",
}
FORMATS = {
    "money": ",.0f", "count": ",d", "number": ",.1f", "rate": ".1%", "points": "+.0f",
    "signed": "+,.0f", "days": ",d", "bars": ".1%",
}  # fmt: skip
ROWS = 10_000
# Superset's grid is twelve columns wide; a row of it is 8 pixels high.
GRID, TILE_HEIGHT, CHART_HEIGHT = 12, 18, 50


@dataclass(frozen=True)
class Asset:
    """One chart with the dataset that it reads."""

    board: Board
    chart: Chart
    sql: str
    columns: dict[str, str]
    definition: str

    @property
    def name(self) -> str:
        """Of the dataset: board and chart."""
        return f"{self.board.title}: {self.chart.title}"

    def in_schema(self, schema: str) -> str:
        """The SQL, where the marts are in another schema."""
        return MART.sub(rf"{schema}.\1", self.sql)

    def label(self, column: str) -> str:
        """What the board calls a column."""
        titles = {shown.column: shown.title for shown in self.chart.columns if shown.title}
        return titles.get(column) or self.chart.labels.get(column, words(column))

    @property
    def file(self) -> str:
        """Of the dataset and of the chart."""
        slug = re.sub(r"\W+", "_", f"{self.board.name} {self.chart.title}".lower()).strip("_")
        return f"{slug}.yaml"

    @property
    def dimensions(self) -> list[str]:
        """What its numbers are told apart by."""
        if self.chart.kind == "table":
            return [column.column for column in self.chart.columns]
        return [n for n in (self.chart.x, self.chart.series) if n and self.chart.kind != "tile"]


def key(*names: str) -> str:
    """The identity of a part, the same at every import."""
    return str(uuid5(NAMESPACE_URL, "/".join(["active_clients", *names])))


def read_assets(boards: list[Board], source: Source) -> Iterator[Asset]:
    """Every chart that the published file has rows for."""
    for board in boards:
        for chart in board.charts:
            place = f"{board.name}, chart {chart.title!r}"
            if source.ask(chart, place).reason:
                continue
            sql = chart.sql.strip()
            for name, value in source.known.items():
                sql = sql.replace(f"${name}", f"'{value}'")
            if chart.kind == "tile":
                whole = f"{chart.complete} and " if chart.complete else ""
                sql = (
                    f"select * from (\n{sql}\n) as periods\nwhere {whole}{chart.y[0]} is not null"
                    f"\norder by {chart.x} desc\nlimit 1"
                )
            elif chart.kind == "bridge":
                sql = f"select * from (\n{sql}\n) as steps\nwhere not {chart.total}"
            columns = {name: kind for name, kind, *_ in source.rows(f"describe {sql}")}
            yield Asset(board, chart, sql, columns, source.definition(chart, place))


def database(uri: str) -> dict[str, Any]:
    """Where the marts are; nobody can write to them from here."""
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": uri,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": key("database"),
        "version": VERSION,
    }


def metric(asset: Asset, column: str) -> dict[str, Any]:
    """A number of a chart, as Superset asks for it."""
    return {
        "expressionType": "SQL",
        "sqlExpression": f'max("{column}")',
        "label": asset.label(column),
        "optionName": f"metric_{column}",
        "hasCustomLabel": True,
    }


def dataset(asset: Asset, schema: str) -> dict[str, Any]:
    """What a chart reads."""
    return {
        "table_name": asset.name,
        "schema": schema,
        "sql": asset.in_schema(schema),
        "main_dttm_col": None,
        "filter_select_enabled": True,
        "metrics": [{"metric_name": "count", "verbose_name": "Rows", "expression": "count(*)"}],
        "columns": [
            {
                "column_name": column,
                "verbose_name": asset.label(column),
                "is_dttm": kind in ("DATE", "TIMESTAMP"),
                "is_active": True,
                "type": kind,
                "groupby": True,
                "filterable": True,
            }
            for column, kind in asset.columns.items()
        ],
        "uuid": key("dataset", asset.board.name, asset.chart.title),
        "database_uuid": key("database"),
        "version": VERSION,
    }


def look(asset: Asset) -> dict[str, Any]:
    """How a chart is drawn, in the terms of its kind."""
    told = asset.chart
    form = FORMATS.get(told.format, "SMART_NUMBER")
    metrics = [metric(asset, column) for column in told.y]
    if told.kind == "table":
        return {
            "query_mode": "raw",
            "all_columns": asset.dimensions,
            "order_by_cols": [],
            "include_search": told.search,
            "server_pagination": False,
            "table_timestamp_format": "%Y-%m-%d",
            "column_config": {
                column.column: {"d3NumberFormat": FORMATS[column.format]}
                for column in told.columns
                if column.format in FORMATS
            },
        }
    if told.kind == "tile":
        return {"metric": metrics[0], "y_axis_format": form}
    if told.kind == "bridge":
        return {
            "x_axis": told.x, "metric": metrics[0], "y_axis_format": form, "show_value": True,
        }  # fmt: skip
    if told.kind == "triangle":
        return {
            "x_axis": told.x, "groupby": told.series, "metric": metrics[0],
            "value_bounds": [None, None], "normalize_across": "heatmap", "show_values": True,
            "legend_type": "continuous", "linear_color_scheme": "superset_seq_1",
            "sort_x_axis": "alpha_asc", "sort_y_axis": "alpha_desc", "y_axis_format": form,
            "xscale_interval": -1, "yscale_interval": -1,
            "left_margin": "auto", "bottom_margin": "auto",
        }  # fmt: skip
    if told.kind == "funnel":
        return {
            "groupby": [told.x], "metric": metrics[0], "sort_by_metric": True,
            "number_format": form, "show_labels": True, "show_legend": False,
        }  # fmt: skip
    return {
        "x_axis": told.x, "metrics": metrics, "groupby": [told.series] if told.series else [],
        "x_axis_sort_asc": True, "y_axis_format": form, "rich_tooltip": True,
        "show_legend": bool(told.series or len(metrics) > 1),
        "x_axis_time_format": "%Y-%m-%d", "stack": "Stack" if told.stacked else None,
        "orientation": "horizontal" if told.horizontal else "vertical",
    }  # fmt: skip


def chart(asset: Asset) -> dict[str, Any]:
    """A chart, and the query that fetches its rows."""
    kind = KINDS[asset.chart.kind]
    params = {"viz_type": kind, "adhoc_filters": [], "row_limit": ROWS, **look(asset)}
    query = {
        "columns": asset.dimensions,
        "metrics": [metric(asset, column) for column in asset.chart.y],
        "filters": [],
        "orderby": [],
        "row_limit": ROWS,
        "extras": {},
    }
    context = {
        # Superset puts the number of the dataset in, which it knows only after the import.
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": {**params, "datasource": "0__table"},
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": asset.chart.title,
        "description": asset.definition,
        "viz_type": kind,
        "params": params,
        "query_context": json.dumps(context),
        "uuid": key("chart", asset.board.name, asset.chart.title),
        "dataset_uuid": key("dataset", asset.board.name, asset.chart.title),
        "version": VERSION,
    }


def rows_of(found: list[Asset]) -> Iterator[list[tuple[Asset, int]]]:
    """The charts of a board by rows of the grid, each with its width."""
    row: list[tuple[Asset, int]] = []
    for asset in found:
        is_tile = asset.chart.kind == "tile"
        width = 3 if is_tile else GRID if asset.chart.width == "full" else GRID // 2
        is_mixed = bool(row) and (row[-1][0].chart.kind == "tile") != is_tile
        if is_mixed or sum(used for _, used in row) + width > GRID:
            yield row
            row = []
        row.append((asset, width))
    if row:
        yield row


def label_colors(found: list[Asset]) -> Iterator[tuple[str, str]]:
    """The colours of lines and bars on the board, by what is written beside them."""
    script = Path(__file__).with_name("templates") / "boards.js"
    light, _, _ = script.read_text().partition("}")
    palette = dict(re.findall(r'\b(\w+): "(#[0-9A-F]{6})"', light))
    for asset in found:
        for name, color in asset.chart.colors.items():
            label = name if asset.chart.series else asset.label(name)
            yield label, palette[color.removeprefix("@")]


def dashboard(board: Board, found: list[Asset]) -> dict[str, Any]:
    """A board: its charts on a grid."""
    grid: list[str] = []
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": board.title}},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": grid, "parents": ["ROOT_ID"]},
    }
    for number, row in enumerate(rows_of(found)):
        row_id = f"ROW-{number}"
        grid.append(row_id)
        position[row_id] = {
            "type": "ROW",
            "id": row_id,
            "children": [f"CHART-{number}-{place}" for place in range(len(row))],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for place, (asset, width) in enumerate(row):
            position[f"CHART-{number}-{place}"] = {
                "type": "CHART",
                "id": f"CHART-{number}-{place}",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", row_id],
                "meta": {
                    "width": width,
                    "height": TILE_HEIGHT if asset.chart.kind == "tile" else CHART_HEIGHT,
                    "chartId": 0,
                    "uuid": key("chart", board.name, asset.chart.title),
                    "sliceName": asset.chart.title,
                },
            }
    return {
        "dashboard_title": board.title,
        "description": board.question,
        "css": "",
        "slug": board.name.replace("_", "-"),
        "uuid": key("dashboard", board.name),
        "position": position,
        "metadata": {
            "color_scheme": "supersetColors",
            "label_colors": dict(label_colors(found)),
            "native_filter_configuration": [],
        },
        "published": True,
        "version": VERSION,
    }


def write_archive(
    target: Path, file: Path, uri: str, variables: dict[str, Any], schema: str = "marts"
) -> int:
    """Write everything that Superset imports; how many charts there are.

    The published file says which charts have rows; the marts may be in another schema elsewhere.
    """
    boards = read_boards()
    with open_published(file) as connection:
        found = [*read_assets(boards, Source(connection, variables))]
    parts: dict[str, Any] = {
        "metadata.yaml": {"version": VERSION, "type": "Dashboard"},
        f"databases/{DATABASE}.yaml": database(uri),
    }
    for asset in found:
        parts[f"datasets/{DATABASE}/{asset.file}"] = dataset(asset, schema)
        parts[f"charts/{asset.file}"] = chart(asset)
    for board in boards:
        of_board = [asset for asset in found if asset.board == board]
        parts[f"dashboards/{board.name}.yaml"] = dashboard(board, of_board)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            text = yaml.safe_dump(content, sort_keys=False)
            # With the time of its writing, each archive would differ.
            archive.writestr(ZipInfo(f"active_clients/{name}"), text)
    return len(found)


@command("superset", __doc__)
@click.option("--file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the published file")
@click.option(
    "--uri", default="", help="where Superset finds the marts; else the published file, read only"
)
@click.option(
    "--schema",
    default="active_clients_published",
    help="with a URI of PostgreSQL, what scripts/publish has published as",
)
@click.option(
    "--target-file",
    type=Path,
    default=Path("target/superset/boards.zip"),
    help="the archive to write",
)
@vars_option
def main(file: Path, uri: str, schema: str, target_file: Path, vars: str) -> None:
    """Write the archive."""
    published = ROOT / file
    uri = uri or f"duckdb:///{published.absolute()}?access_mode=READ_ONLY"
    # A file has them where the boards look for them.
    place = schema if uri.startswith("postgresql") else "marts"
    count = write_archive(ROOT / target_file, published, uri, read_vars(vars), place)
    click.echo(f"{count} charts in {target_file}", err=True)


if __name__ == "__main__":
    main()
