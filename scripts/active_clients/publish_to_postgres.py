"""What there is to publish on PostgreSQL: a published file, or a warehouse that was built there."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import yaml
from jinja2 import Environment
from psycopg2.extensions import make_dsn

from active_clients.command_line import first_line
from active_clients.export import opened
from active_clients.private import E_MAIL
from active_clients.project import (
    ROOT,
    Mart,
    ProjectError,
    marts,
    project_version,
    read_manifest,
    target_path,
)
from active_clients.publish import (
    PUBLICATION,
    PUBLICATION_DESCRIPTION,
    is_complete_columns,
    is_published,
)
from active_clients.published_schema import (
    PublishedSchema,
    Table,
    columns_of,
    connect,
    quoted,
    text,
)

# The types of DuckDB that PostgreSQL calls otherwise.
TYPES = {
    "VARCHAR": "text",
    "TIMESTAMP": "timestamp without time zone",
    "DOUBLE": "double precision",
    "HUGEINT": "numeric(38,0)",
    "JSON": "jsonb",
}

# The types of answers, as a published file has them.
ANSWERED = {
    "double precision": "numeric(24,6)",
    "numeric": "numeric(24,6)",
    "timestamp with time zone": "timestamp without time zone",
}
FAILED = {"error", "fail", "partial success", "runtime error", "skipped"}


def publish(
    to: str,
    schema: str | None,
    readers: Sequence[str],
    published: Path,
    variables: dict[str, Any],
) -> str:
    """Publish what dbt has built there, or else a published file; what was done, in words."""
    where, schema = address(to), schema or f"{profile()['schema']}_published"
    is_built_there = os.environ.get("DBT_TARGET") == "postgres"
    if is_built_there:
        refuse_untested_warehouse()
    elif not published.exists():
        raise ProjectError(f"{published} is missing; run scripts/build first")
    with closing(connect(where)) as connection, ExitStack() as stack:
        if is_built_there:
            with connection, connection.cursor() as cursor:
                tables = tables_of_warehouse(cursor, variables)
        else:
            file = stack.enter_context(opened(published))
            tables = tables_of_file(file)
        try:
            PublishedSchema(connection, schema).publish(tables, readers)
        except (psycopg2.Error, ProjectError) as error:
            raise ProjectError(f"{first_line(error)}; {schema} stays as it was") from error
        with connection, connection.cursor() as cursor:
            cursor.execute(f"select as_of_date, row_count from {quoted(schema, 'publication')}")
            [(as_of_date, rows)] = cursor.fetchall()
    return (
        f"published {len(tables)} tables with {rows:,} rows of marts as of {as_of_date} as {schema}"
    )


def profile() -> dict[str, Any]:
    """The output `postgres` of the project's profile."""
    template = Environment(autoescape=False).from_string(  # noqa: S701 (writes no HTML)
        (ROOT / "profiles.yml").read_text()
    )
    outputs: dict[str, Any] = yaml.safe_load(template.render(env_var=os.environ.get))
    found: dict[str, Any] = outputs["active_clients"]["outputs"]["postgres"]
    return found


def address(to: str) -> str:
    """How libpq is told where the server is."""
    if to != "postgres":
        if to.startswith(("postgresql://", "postgres://")):
            return to
        raise ProjectError("--to takes postgres, or an address: postgresql://user@host/database")
    names = ("host", "port", "user", "password", "dbname")
    return str(make_dsn(**{name: profile()[name] for name in names if profile()[name] != ""}))


def grains() -> dict[str, tuple[str, ...]]:
    """By mart, the columns that a test holds to tell its rows apart, if a build has left them."""
    if not (target_path() / "manifest.json").exists():
        return {}
    nodes = read_manifest()["nodes"]
    return {
        nodes[node["attached_node"]]["name"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "has_grain"
    }


# ---- a published file ----------------------------------------------------------------


def tables_of_file(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """The marts and the answers to saved queries that a published file holds."""
    known = grains()
    [(manifest,)] = connection.execute(
        "select content from metrics.semantic_manifest"
        if connection.execute(
            "select * from duckdb_tables() where table_name = 'semantic_manifest'"
        ).fetchall()
        else "select '{}'"
    ).fetchall()
    saved_queries = {query["name"] for query in json.loads(manifest).get("saved_queries", [])}
    found = connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables()"
        " where schema_name in ('marts', 'metrics') order by all"
    ).fetchall()
    return [
        Table(
            name,
            description,
            _types(connection, schema, name),
            _comments(connection, schema, name),
            known.get(name, ()),
            partial(_copy, connection, schema, name),
        )
        for schema, name, description in found
        if schema == "marts" or name in saved_queries
    ]


def _types(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    described = connection.execute(f"describe {quoted(schema, table)}").fetchall()
    return {
        name: TYPES.get(kind, kind.lower().replace("decimal", "numeric"))
        for name, kind, *_ in described
    }


def _comments(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "select column_name, coalesce(comment, '') from duckdb_columns()"
            " where schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    )


def _copy(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, cursor: Any, target: str
) -> None:
    source = quoted(schema, table)
    names = ", ".join(quoted(column) for column in _types(connection, schema, table))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        connection.execute(
            f"copy (select {names} from {source}) to {text(str(file))}"
            " (format csv, header false, nullstr '\\N')"
        )
        with file.open("rb") as rows:
            cursor.copy_expert(f"copy {target} ({names}) from stdin (format csv, null '\\N')", rows)


# ---- a warehouse ---------------------------------------------------------------------


def refuse_untested_warehouse() -> None:
    """Stop unless the last run of dbt there built all models and all tests passed."""
    manifest = read_manifest()
    if manifest["metadata"]["adapter_type"] != "postgres":
        raise ProjectError(
            f"the last build in {target_path()} was not on PostgreSQL; run "
            "DBT_TARGET=postgres dbt build"
        )
    path = target_path() / "run_results.json"
    results = json.loads(path.read_text())["results"] if path.exists() else []
    failed = [result["unique_id"] for result in results if result["status"] in FAILED]
    if failed:
        raise ProjectError(
            f"nothing to publish: {len(failed)} models or tests failed, {failed[0]} among them"
        )
    done = {result["unique_id"] for result in results}
    lacking = [
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "test") and unique_id not in done
    ]
    if lacking:
        raise ProjectError(
            f"nothing to publish: the last run of dbt left out {len(lacking)} models or tests, "
            f"{lacking[0]} among them; run dbt build"
        )


def tables_of_warehouse(cursor: Any, variables: dict[str, Any]) -> list[Table]:
    """The marts and the answers to saved queries of what was built on PostgreSQL."""
    free_text = str(variables["publish_free_text"]).lower() == "true"
    known, found, tables = grains(), marts(), []
    for mart in found:
        types = columns_of(cursor, quoted(mart.schema, mart.name))
        published = [c for c in mart.columns if is_published(mart, c, free_text)]
        tables.append(
            Table(
                mart.name,
                mart.description.strip(),
                {column: types[column] for column in published},
                {c: mart.columns[c].get("description", "").strip() for c in published},
                known.get(mart.name, ()),
                partial(_copy_mart, mart, published),
            )
        )
    nodes = read_manifest()["nodes"].values()
    as_of = next(node for node in nodes if node["name"] == "as_of")
    cursor.execute(f"select as_of_date from {quoted(as_of['schema'], as_of['alias'])}")
    [(as_of_date,)] = cursor.fetchall()
    return [*tables, *_saved_queries(cursor, as_of_date), _publication(found, as_of_date)]


def _copy_mart(mart: Mart, columns: list[str], cursor: Any, target: str) -> None:
    names = ", ".join(quoted(column) for column in columns)
    source = quoted(mart.schema, mart.name)
    cursor.execute(f"insert into {target} ({names}) select {names} from {source}")
    _refuse_e_mails(mart, cursor, target)


def _refuse_e_mails(mart: Mart, cursor: Any, target: str) -> None:
    """A column that was tagged wrongly must not get out."""
    for column, kind in columns_of(cursor, target).items():
        if kind not in ("text", "character varying") or mart.column_meta(column).get("free_text"):
            continue
        cursor.execute(f"select count(*) from {target} where {quoted(column)} ~ %s", [E_MAIL])
        [(found,)] = cursor.fetchall()
        if found:
            raise ProjectError(
                f"{mart.name}.{column} holds {found} values with an e-mail address; "
                "tag the column `pii: direct` or take the addresses out of it"
            )


def _saved_queries(cursor: Any, as_of_date: date) -> Iterator[Table]:
    """What each saved query answers, in the SQL of PostgreSQL."""
    path = target_path() / "semantic_manifest.json"
    content = path.read_text() if path.exists() else "{}"
    if not json.loads(content).get("saved_queries"):
        return
    # Here because it takes two seconds and a project may have no metrics.
    from active_clients import metrics

    engine = metrics.Engine(content, "postgres")
    descriptions = {q.name: q.description or "" for q in engine.manifest.saved_queries}
    comments = engine.said_of_columns()
    for name in engine.saved_query_names():
        sql = engine.sql(metrics.Question(saved_query=name))
        cursor.execute(f"create temporary view answer as {sql}")
        types = columns_of(cursor, "answer")
        cursor.execute("drop view answer")
        complete = is_complete_columns([*types], as_of_date)
        selected = ", ".join(["*", *complete])
        types = {column: ANSWERED.get(kind, kind) for column, kind in types.items()}
        if complete:
            types["is_complete"] = "boolean"
        said = {c: comments.get(c, "What the numbers are grouped by.") for c in types}
        names = ", ".join(quoted(column) for column in types)
        answer = f"({names}) select {selected} from ({sql}) as answer"
        yield Table(name, descriptions[name].strip(), types, said, (), partial(_insert, answer))


def _insert(sql: str, cursor: Any, target: str) -> None:
    cursor.execute(f"insert into {target} {sql}")


def _publication(found: list[Mart], as_of_date: date) -> Table:
    """The row that says what this publication is."""
    types = ["date", "text", "integer", "bigint", "jsonb"]
    return Table(
        "publication",
        PUBLICATION_DESCRIPTION,
        dict(zip(PUBLICATION, types, strict=True)),
        PUBLICATION,
        (),
        partial(_count, found, as_of_date),
    )


def _count(found: list[Mart], as_of_date: date, cursor: Any, target: str) -> None:
    schema = target.rpartition(".")[0]
    counts: dict[str, int] = {}
    for mart in found:
        cursor.execute(f"select count(*) from {schema}.{quoted(mart.name)}")
        [(counts[mart.name],)] = cursor.fetchall()
    cursor.execute(
        f"insert into {target} ({', '.join(PUBLICATION)}) values (%s, %s, %s, %s, %s)",
        [as_of_date, project_version(), len(counts), sum(counts.values()), json.dumps(counts)],
    )
