"""Writes what is published as Parquet files, for tools without a driver for DuckDB.

One folder beside the published file: `marts` and `metrics` (the saved queries) with a file per
table, and `manifest.json`, which says what day they speak of and how many rows each has. The
folder is a link to the newest of its versions, as the published file is: who reads it has all
files of one publication.

scripts/export
scripts/export --folder /srv/share/active_clients
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import duckdb

from active_clients.command_line import command
from active_clients.machine import connection_limits
from active_clients.private import for_readers
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, ProjectError
from active_clients.publish import quoted, text
from active_clients.published_file import PublishedFolder

SCHEMAS = ("marts", "metrics")
# The definitions of the metrics: no table of rows.
NO_ROWS = {("metrics", "semantic_manifest")}
MANIFEST = "manifest.json"


def default_folder(published: Path) -> Path:
    """The folder of a published file: beside it, with its name."""
    return published.with_name(f"{published.stem}_parquet")


@contextmanager
def opened(published: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One version of the published file, whatever is published meanwhile."""
    if not published.exists():
        raise ProjectError(f"{published} is missing; run scripts/build first")
    with duckdb.connect(str(published), read_only=True, config=connection_limits()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def exported(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """A query for a table; Parquet has no integers as long as some sums are."""
    described = connection.execute(f"describe {schema}.{quoted(table)}").fetchall()
    columns = [
        f"cast({quoted(name)} as decimal(38, 0)) as {quoted(name)}"
        if kind == "HUGEINT"
        else quoted(name)
        for name, kind, *_ in described
    ]
    return f"select {', '.join(columns)} from {schema}.{quoted(table)}"


def write_files(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    """Write a file per table; what the manifest says of them."""
    tables = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables()"
        " where schema_name in ('marts', 'metrics') order by all"
    ).fetchall()
    for schema in SCHEMAS:
        (folder / schema).mkdir()
    files = []
    for schema, table, description in tables:
        if (schema, table) in NO_ROWS:
            continue
        file = folder / schema / f"{table}.parquet"
        connection.execute(
            f"copy ({exported(connection, schema, table)}) to {text(str(file))}"
            " (format parquet, compression zstd)"
        )
        # As the file says it, not as it was meant.
        [(rows,)] = connection.execute(
            f"select num_rows from parquet_file_metadata({text(str(file))})"
        ).fetchall()
        path = file.relative_to(folder).as_posix()
        files.append({"file": path, "rows": rows, "description": description})
    [(as_of_date, version)] = connection.execute(
        "select as_of_date, project_version from marts.publication"
    ).fetchall()
    return {"as_of_date": str(as_of_date), "project_version": version, "files": files}


def export(published: Path, target: Path) -> dict[str, Any]:
    """Put a new version of the folder in the place of the old one; its manifest."""
    folder = PublishedFolder(target)
    with opened(published) as connection, for_readers():
        new = folder.begin()
        try:
            manifest = write_files(connection, new)
            (new / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
            folder.put()
        except BaseException:
            folder.discard()
            raise
    return manifest


@command("export", __doc__)
@click.option("--file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the published file")
@click.option("--folder", type=Path, help="where to; beside the published file unless given")
def main(file: Path, folder: Path | None) -> None:
    """Export what is published."""
    target = folder or default_folder(file)
    try:
        manifest = export(ROOT / file, ROOT / target)
    except duckdb.Error as error:
        raise ProjectError(f"{error}; {target} stays as it was") from error
    rows = sum(entry["rows"] for entry in manifest["files"])
    count = len(manifest["files"])
    click.echo(
        f"exported {count} tables with {rows:,} rows as of {manifest['as_of_date']} to {target}"
    )


if __name__ == "__main__":
    main()
