"""Publishes the marts and their dashboards: a new version takes the old one's place in one step.

Readers see the old version or the new one, whatever happens in between; those that have
the old one open keep it. Personal data stays behind.

scripts/publish
scripts/publish --to postgres --reader bi     the published file; with DBT_TARGET=postgres, what
                                              dbt has built there
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import duckdb

from active_clients.command_line import command, vars_option
from active_clients.dashboards.pages import write_pages
from active_clients.machine import connection_limits
from active_clients.private import E_MAIL, keep_private, only_user
from active_clients.project import (
    DEFAULT_PUBLISHED_FILE,
    ROOT,
    Mart,
    ProjectError,
    database_path,
    marts,
    project_version,
    read_manifest,
    read_vars,
    target_path,
)
from active_clients.published_file import PublishedFile, page_to_open
from active_clients.unchanged import is_tested

# Types of sums and quotients that BI tools read as text or round, and what is published for them.
READ_BY_TOOLS = {"HUGEINT": "bigint", "DOUBLE": "decimal(24, 6)"}
PUBLICATION_DESCRIPTION = (
    "One row: the day this publication speaks of, and the number of rows of every mart."
)
PUBLICATION = {
    "as_of_date": "The last day that it speaks of.",
    "project_version": "Version of active_clients that made it.",
    "mart_count": "Tables of marts, without this one.",
    "row_count": "Rows of all of them.",
    "row_counts": "Rows of each, by name.",
}
# The oldest DuckDB that can open what is published. DuckDB 2 would write for itself alone.
OLDEST_READER = "v1.0.0"


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def is_published(mart: Mart, column: str, publish_free_text: bool) -> bool:
    """Whether a column may be read by everyone."""
    meta = mart.column_meta(column)
    if meta.get("free_text") and publish_free_text:
        return True
    return meta.get("pii") != "direct"


def is_complete_columns(columns: list[str], as_of_date: date) -> list[str]:
    """For an answer by a period, the column that says whether it is over."""
    return [
        f"{column} + interval '1 {grain}' <= date '{as_of_date}' + 1 as is_complete"
        for column in columns
        for head, _, grain in [column.rpartition("__")]
        if head == "metric_time"
    ]


@dataclass(frozen=True)
class PublishedMetrics:
    """The metrics as the published file has them."""

    manifest: str
    relations: list[tuple[str, str]]
    # Name, description, SQL, and what is said of its columns.
    saved_queries: list[tuple[str, str, str, dict[str, str]]]

    @classmethod
    def of(cls, manifest: str, relations: list[Any], saved_queries: list[Any]) -> PublishedMetrics:
        """From what `as_lists` gave, as JSON has it."""
        return cls(manifest, [*map(tuple, relations)], [*map(tuple, saved_queries)])

    def as_lists(self) -> list[Any]:
        """What JSON can hold."""
        return [self.manifest, self.relations, self.saved_queries]


def read_metrics() -> str:
    """The metric definitions, as dbt wrote them when it read the project."""
    path = target_path() / "semantic_manifest.json"
    return path.read_text() if path.exists() else "{}"


def write_metrics(content: str, mart_names: set[str]) -> PublishedMetrics | None:
    """What MetricFlow makes of the definitions: once, as it takes seconds and needs no table."""
    if not json.loads(content).get("metrics"):
        return None
    writer = Path(__file__).with_name("metrics.py").read_text()
    read = json.dumps([content, sorted(mart_names), version("metricflow"), writer])
    digest = hashlib.sha256(read.encode()).hexdigest()
    kept = target_path() / "published_metrics.json"
    if kept.exists():
        found, *written = json.loads(kept.read_text())
        if found == digest:
            return PublishedMetrics.of(*written)
    metrics = _write_metrics(content, mart_names)
    new = kept.with_suffix(".next")
    new.write_text(json.dumps([digest, *metrics.as_lists()]))
    new.replace(kept)
    return metrics


def _write_metrics(content: str, mart_names: set[str]) -> PublishedMetrics:
    # Here because it takes two seconds and a project may have no metrics.
    from active_clients import metrics

    relocated = metrics.relocate(content, lambda _, n: "marts" if n in mart_names else "metrics")
    engine = metrics.Engine(relocated)
    descriptions = {q.name: q.description or "" for q in engine.manifest.saved_queries}
    columns = engine.said_of_columns()
    saved_queries = []
    for name in engine.saved_query_names():
        try:
            sql = engine.sql(metrics.Question(saved_query=name))
        except Exception as error:
            raise ProjectError(f"the saved query {name} cannot be answered: {error}") from None
        saved_queries.append((name, descriptions[name], sql, columns))
    return PublishedMetrics(relocated, sorted(metrics.relations(content)), saved_queries)


class Publication:
    """A published file in the making, beside the version it will replace."""

    def __init__(
        self,
        target: Path,
        variables: dict[str, Any],
        written_metrics: Callable[[], PublishedMetrics | None] | None = None,
    ) -> None:
        self.file = PublishedFile(target)
        self.variables = variables
        self.publish_free_text = str(variables["publish_free_text"]).lower() == "true"
        self.marts = marts()
        self.written_metrics = written_metrics or (
            lambda: write_metrics(read_metrics(), {mart.name for mart in self.marts})
        )
        # Views in the private file name it by the stem of its file.
        self.catalog = database_path().stem

    def prepare(self) -> None:
        """Write the whole file; nothing a reader sees changes."""
        if not database_path().exists():
            raise ProjectError(f"{database_path()} is missing; run scripts/build first")
        new = self.file.begin()
        try:
            config = connection_limits() | {"storage_compatibility_version": OLDEST_READER}
            with duckdb.connect(str(new), config=config) as connection:
                connection.execute("set TimeZone = 'UTC'")
                connection.execute(
                    f"attach {text(str(database_path()))} as {quoted(self.catalog)} (read_only)"
                )
                connection.execute("create schema marts")
                connection.execute("create schema metrics")
                for mart in self.marts:
                    self._copy_mart(connection, mart)
                self._refuse_e_mails(connection)
                self._add_metrics(connection)
                self._add_publication(connection)
                connection.execute(f"detach {quoted(self.catalog)}")
                connection.execute("checkpoint")
        except BaseException:
            self.discard()
            raise

    def draw(self) -> None:
        """Draw the dashboards of the file that was prepared."""
        try:
            write_pages(self.file.next, self.file.next_pages, self.variables)
        except BaseException:
            self.discard()
            raise

    def commit(self) -> None:
        """Let readers see the new file and its dashboards."""
        self.file.put()

    def discard(self) -> None:
        """Remove what was prepared."""
        self.file.discard()

    def _copy_mart(self, connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
        source = f"{quoted(self.catalog)}.{quoted(mart.schema)}.{quoted(mart.name)}"
        target = f"marts.{quoted(mart.name)}"
        columns = [c for c in mart.columns if is_published(mart, c, self.publish_free_text)]
        selected = ", ".join(quoted(column) for column in columns)
        # One transaction: by itself each comment would wait for the disk.
        connection.begin()
        connection.execute(f"create table {target} as select {selected} from {source}")
        connection.execute(f"comment on table {target} is {text(mart.description.strip())}")
        for column in columns:
            description = mart.columns[column].get("description", "").strip()
            connection.execute(
                f"comment on column {target}.{quoted(column)} is {text(description)}"
            )
        connection.commit()

    def _refuse_e_mails(self, connection: duckdb.DuckDBPyConnection) -> None:
        """A column that was tagged wrongly must not get out."""
        free_text = {
            (mart.name, column)
            for mart in self.marts
            for column in mart.columns
            if mart.column_meta(column).get("free_text")
        }
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = current_database() and schema_name = 'marts' "
            "and data_type = 'VARCHAR' order by all"
        ).fetchall()
        checked: dict[str, list[str]] = {}
        for table, column in columns:
            if (table, column) not in free_text:
                checked.setdefault(table, []).append(column)
        for table, names in checked.items():
            counts = ", ".join(
                f"count(*) filter (where contains({quoted(name)}, '@') "
                f"and regexp_matches({quoted(name)}, {text(E_MAIL)}))"
                for name in names
            )
            (row,) = connection.execute(f"select {counts} from marts.{quoted(table)}").fetchall()
            for name, found in zip(names, row, strict=True):
                if found:
                    raise ProjectError(
                        f"marts.{table}.{name} holds {found} values with an e-mail address; "
                        "tag the column `pii: direct` or take the addresses out of it"
                    )

    def _add_metrics(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The metric definitions and the results of the saved queries."""
        metrics = self.written_metrics()
        if metrics is None:
            return
        names = {mart.name for mart in self.marts}
        for schema, name in metrics.relations:
            if name not in names:
                connection.execute(
                    f"create table metrics.{quoted(name)} as "
                    f"select * from {quoted(self.catalog)}.{quoted(schema)}.{quoted(name)}"
                )
        connection.execute("create table metrics.semantic_manifest (content varchar)")
        connection.execute("insert into metrics.semantic_manifest values (?)", [metrics.manifest])
        connection.execute(
            "comment on table metrics.semantic_manifest is "
            "'The metric definitions, from which scripts/query writes its SQL.'"
        )
        as_of_date = self._as_of_date(connection)
        for saved_query in metrics.saved_queries:
            self._add_saved_query(connection, *saved_query, as_of_date=as_of_date)

    @staticmethod
    def _add_saved_query(
        connection: duckdb.DuckDBPyConnection,
        name: str,
        description: str,
        sql: str,
        columns: dict[str, str],
        *,
        as_of_date: date,
    ) -> None:
        """What a saved query answers; by a period, also whether that is over."""
        try:
            described = connection.execute(f"describe select * from ({sql})").fetchall()
            selected = [
                f"cast({quoted(column)} as {READ_BY_TOOLS.get(data_type, data_type)})"
                f" as {quoted(column)}"
                for column, data_type, *_ in described
            ]
            selected += is_complete_columns([column for column, *_ in described], as_of_date)
            connection.execute(
                f"create table metrics.{quoted(name)} as "
                f"select {', '.join(selected)} from ({sql}) as results order by all"
            )
            for (column,) in connection.execute(
                "select column_name from duckdb_columns() where database_name = current_database()"
                " and schema_name = 'metrics' and table_name = ?",
                [name],
            ).fetchall():
                connection.execute(
                    f"comment on column metrics.{quoted(name)}.{quoted(column)} is "
                    f"{text(columns.get(column, 'What the numbers are grouped by.'))}"
                )
        except duckdb.Error as error:
            reason = str(error).strip()
            raise ProjectError(f"the saved query {name} cannot be answered: {reason}") from error
        connection.execute(
            f"comment on table metrics.{quoted(name)} is {text(description.strip())}"
        )

    def _add_publication(self, connection: duckdb.DuckDBPyConnection) -> None:
        """One row that says what this file is."""
        counts = dict(
            connection.execute(
                "select table_name, estimated_size from duckdb_tables() "
                "where database_name = current_database() and schema_name = 'marts' "
                "order by table_name"
            ).fetchall()
        )
        connection.execute(
            "create table marts.publication ("
            "as_of_date date, project_version varchar, mart_count integer, "
            "row_count bigint, row_counts json)"
        )
        connection.execute(
            "insert into marts.publication values (?, ?, ?, ?, ?)",
            [
                self._as_of_date(connection),
                project_version(),
                len(counts),
                sum(counts.values()),
                json.dumps(counts),
            ],
        )
        connection.execute(f"comment on table marts.publication is {text(PUBLICATION_DESCRIPTION)}")
        for column, said in PUBLICATION.items():
            connection.execute(f"comment on column marts.publication.{column} is {text(said)}")

    def _as_of_date(self, connection: duckdb.DuckDBPyConnection) -> Any:
        for node in read_manifest()["nodes"].values():
            if node["resource_type"] == "model" and node["name"] == "as_of":
                names = (self.catalog, node["schema"], node["alias"])
                relation = ".".join(quoted(name) for name in names)
                return connection.execute(f"select as_of_date from {relation}").fetchall()[0][0]
        raise ProjectError("the manifest has no model `as_of`; run scripts/build first")


def refuse_untested() -> None:
    """Stop at a private file that no build has left with all tests passed."""
    if not database_path().exists():
        raise ProjectError(f"{database_path()} is missing; run scripts/build first")
    if not is_tested():
        raise ProjectError(
            f"{database_path()} is not as a build left it whose tests passed: a build failed, or "
            "something else has written to it; run scripts/build --again"
        )


def publish_to_postgres(*given: Any) -> str:
    """Publish on PostgreSQL; what was done, in words."""
    try:
        from active_clients import publish_to_postgres as there
    except ModuleNotFoundError as error:
        raise ProjectError(
            f"{error.name} is missing; run ACTIVE_CLIENTS_EXTRAS=postgres scripts/setup"
        ) from None
    return there.publish(*given)


@command("publish", __doc__)
@click.option(
    "--target-file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the file to publish"
)
@vars_option
@click.option("--to", help="postgres, as in profiles.yml, or postgresql://user@host/database")
@click.option(
    "--schema", show_default="active_clients_published", help="with --to, what readers see there"
)
@click.option("--reader", multiple=True, help="with --to, a role that may read all of it")
def main(
    target_file: Path, vars: str, to: str | None, schema: str | None, reader: tuple[str, ...]
) -> None:
    """Publish the last build."""
    keep_private()
    if to is not None:
        variables = read_vars(vars)
        click.echo(publish_to_postgres(to, schema, reader, ROOT / target_file, variables))
        return
    if schema is not None or reader:
        raise ProjectError("--schema and --reader are for --to postgres")
    try:
        variables = read_vars(vars)
        with only_user():
            refuse_untested()
            publication = Publication(ROOT / target_file, variables)
            publication.prepare()
            publication.draw()
            publication.commit()
    except (ProjectError, duckdb.Error) as error:
        for line in getattr(error, "lines", []):
            click.echo(line, err=True)
        raise ProjectError(f"{error}; the published file stays as it was") from error
    click.echo(f"published {target_file} and {page_to_open(ROOT / target_file)}")


if __name__ == "__main__":
    main()
