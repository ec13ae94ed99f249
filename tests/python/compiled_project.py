"""The project compiled once by dbt, and its SQL run in memory, without dbt, on small tables."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from active_clients.project import raw_tables, read_vars
from conftest import SOURCES, DbtProject

Row = dict[str, Any]


class CompiledProject:
    """The SQL that dbt runs for some models and all they need, on raw tables in a schema."""

    def __init__(self, path: Path, models: Iterable[str], **variables: Any) -> None:
        locations = {f"{source}_location": "raw" for source in SOURCES}
        self.project = DbtProject(path, locations | variables).parsed()
        with duckdb.connect(str(self.project.database)) as connection:
            create_raw_tables(connection)
        self.nodes = self.compile(*(f"+{name}" for name in models))
        ids = {node.unique_id: name for name, node in self.nodes.items()}
        self.parents = {
            name: [ids[parent] for parent in getattr(node.depends_on, "nodes", ()) if parent in ids]
            for name, node in self.nodes.items()
        }

    def compile(self, *select: str, is_full: bool = True, **variables: Any) -> dict[str, Any]:
        """Models and seeds by name; variables may differ from those of the project."""
        options = ["--full-refresh"] if is_full else []
        options += ["--exclude", "resource_type:test", "resource_type:unit_test"]
        before, self.project.vars = self.project.vars, self.project.vars | variables
        try:
            result = self.project.dbt("compile", *options, "--select", *select).result
        finally:
            self.project.vars = before
        nodes = [copy.copy(run.node) for run in result]
        return {node.name: node for node in nodes if node.resource_type in ("model", "seed")}

    def compile_incremental(self, *names: str) -> dict[str, str]:
        """The SQL of models that are there already."""
        with duckdb.connect(str(self.project.database)) as connection:
            Warehouse(self, connection)
        return {
            name: node.compiled_code for name, node in self.compile(*names, is_full=False).items()
        }

    def order(self, wanted: Iterable[str], given: Collection[str] = ()) -> list[str]:
        """What to build for the models that are wanted from those that are given."""
        graph: dict[str, list[str]] = {}

        def visit(name: str) -> None:
            if name not in graph and name not in given:
                graph[name] = [parent for parent in self.parents[name] if parent not in given]
                for parent in graph[name]:
                    visit(parent)

        for name in wanted:
            visit(name)
        return list(TopologicalSorter(graph).static_order())

    def filled(self, raw: Mapping[str, Iterable[Row]], *wanted: str) -> duckdb.DuckDBPyConnection:
        """What models make of raw tables and the project's seeds, built once."""
        connection = duckdb.connect()
        connection.execute("attach ':memory:' as build; use build; set TimeZone = 'UTC'")
        create_raw_tables(connection)
        for table, rows in raw.items():
            insert_rows(connection, f"raw.{table}", rows)
        for name in self.order(wanted):
            create_relation(connection, self.nodes[name])
        return connection


def compiled_nodes(project: DbtProject) -> list[Any]:
    """Models, seeds and data tests with their SQL, parents first, on raw tables in a schema."""
    project.vars = {f"{source}_location": "raw" for source in SOURCES} | project.vars
    project.parsed()
    with duckdb.connect(str(project.database)) as connection:
        create_raw_tables(connection)
    done = project.dbt("compile", "--full-refresh", "--exclude", "resource_type:unit_test").result
    kinds = {"model", "seed", "test"}
    nodes = {r.node.unique_id: copy.copy(r.node) for r in done if r.node.resource_type in kinds}
    parents = {key: getattr(node.depends_on, "nodes", ()) for key, node in nodes.items()}
    return [nodes[key] for key in TopologicalSorter(parents).static_order() if key in nodes]


def create_relation(connection: duckdb.DuckDBPyConnection, node: Any, limit: str = "") -> None:
    """Build a model or seed; what fails is named."""
    sql = getattr(node, "compiled_code", None)
    if node.resource_type == "seed":
        types = ", ".join(f"'{c}': '{t}'" for c, t in node.config.column_types.items())
        sql = f"from read_csv('{node.original_file_path}', types = {{{types}}})"
    connection.execute(f'create schema if not exists "{node.schema}"')
    try:
        connection.execute(f"create table {node.relation_name} as from ({sql}) {limit}")
    except duckdb.Error as error:
        raise AssertionError(f"{node.name}: {error}") from error


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists raw")
    for table in raw_tables(read_vars()):
        columns = ", ".join(f"{column} varchar" for column in table.columns)
        connection.execute(f"create table if not exists raw.{table.name} ({columns})")


def insert_rows(
    connection: duckdb.DuckDBPyConnection, relation: str, rows: Iterable[Mapping[str, Any]]
) -> None:
    held = list(rows)
    if held:
        columns = ", ".join(held[0])
        fields = json.dumps([dict.fromkeys(held[0], "varchar")])
        connection.execute(
            f"insert into {relation} ({columns})"
            f" select unnest(from_json(?, '{fields}'), recursive := true)",
            [json.dumps(held, default=str)],
        )


class Warehouse:
    """All tables of a project, empty, to be filled for the length of a transaction.

    The SQL is planned once. Planning sees the empty tables alone, so it must not draw conclusions
    from what they hold: the optimizer, which does, is off.
    """

    def __init__(
        self,
        compiled: CompiledProject,
        connection: duckdb.DuckDBPyConnection | None = None,
        nodes: Mapping[str, Any] | None = None,
    ) -> None:
        self.compiled = compiled
        self.nodes = {**compiled.nodes, **(nodes or {})}
        self.connection = connection or duckdb.connect(config={"threads": 1})
        if connection is None:
            self.connection.execute("attach ':memory:' as build; use build")
        self.connection.execute("set TimeZone = 'UTC'; pragma disable_optimizer")
        self.planned: dict[str, str] = {}
        create_raw_tables(self.connection)
        names = compiled.order(self.nodes)
        for name in names:
            self.create(name)
        # A plan holds only until the next table is created.
        for name in names:
            if self.nodes[name].resource_type == "model":
                self.connection.execute(
                    f"prepare {name} as insert into {self.relation(name)} by name "
                    + self.nodes[name].compiled_code
                )

    def create(self, name: str) -> None:
        node = self.nodes[name]
        self.connection.execute(f'create schema if not exists "{node.schema}"')
        if node.resource_type == "seed":
            columns = ", ".join(f"{c} {t}" for c, t in node.config.column_types.items())
            self.connection.execute(f"create table {node.relation_name} ({columns})")
        else:
            self.connection.execute(
                f"create table {node.relation_name} as from ({node.compiled_code}) limit 0"
            )
            if node.config.materialized == "incremental":
                self.connection.execute(
                    f"create temp table touched_{name} as from {node.relation_name}"
                )

    def relation(self, name: str) -> str:
        return str(self.nodes[name].relation_name) if name in self.nodes else f"raw.{name}"

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What happens inside is forgotten."""
        self.connection.begin()
        try:
            yield
        finally:
            self.connection.rollback()

    def insert(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows to a raw table, a seed or a model; columns left out are null."""
        insert_rows(self.connection, self.relation(name), rows)

    def empty(self, name: str) -> None:
        self.connection.execute(f"delete from {self.relation(name)}")

    def build(self, names: Iterable[str]) -> None:
        """Fill models that are empty, in this order; seeds hold what was inserted."""
        for name in names:
            if self.nodes[name].resource_type == "model":
                self.connection.execute(f"execute {name}")

    def run(self, sql: str) -> None:
        """Run SQL that comes again and again: it is planned when it first comes."""
        if sql not in self.planned:
            self.planned[sql] = f"plan_{len(self.planned)}"
            self.connection.execute(f"prepare {self.planned[sql]} as {sql}")
        self.connection.execute(f"execute {self.planned[sql]}")

    def replace_days(self, name: str, sql: str) -> None:
        """What dbt's delete+insert does with the days that an incremental model returns."""
        days = f"select activity_date from touched_{name}"
        self.connection.execute(f"delete from touched_{name}")
        self.run(f"insert into touched_{name} by name {sql}")
        self.run(f"delete from {self.relation(name)} where activity_date in ({days})")
        self.run(f"insert into {self.relation(name)} by name from touched_{name}")

    def rows(self, name: str) -> list[Row]:
        cursor = self.connection.execute(f"from {self.relation(name)}")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
