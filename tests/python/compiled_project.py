"""The project compiled once by dbt, and its SQL run in memory, without dbt, on small tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from conftest import SOURCES, DbtProject
from project import ROOT, raw_tables, read_vars

Row = dict[str, Any]


class CompiledProject:
    """The SQL that dbt runs for some models and all they need, on raw tables in a schema."""

    def __init__(self, path: Path, models: Sequence[str], **variables: Any) -> None:
        locations = {f"{source}_location": "raw" for source in SOURCES}
        self.project = DbtProject(path, locations | variables)
        with duckdb.connect(str(self.project.database)) as connection:
            create_raw_tables(connection)
        self.project.manifest = self.project.dbt("parse").result
        self.nodes = self.compile([f"+{name}" for name in models], "--full-refresh")
        graph = {name: self.parents(name) for name in self.nodes}
        self.order = [name for name in TopologicalSorter(graph).static_order()]

    def compile(self, select: Iterable[str], *options: str, **variables: Any) -> dict[str, Any]:
        """Models and seeds by name, compiled; variables may differ from those of the project."""
        before, self.project.vars = self.project.vars, self.project.vars | variables
        skipped = ["--exclude", "resource_type:test", "resource_type:unit_test"]
        try:
            result = self.project.dbt("compile", *options, "--select", *select, *skipped).result
        finally:
            self.project.vars = before
        nodes = (run.node for run in result)
        return {node.name: node for node in nodes if node.resource_type in ("model", "seed")}

    def compile_incremental(self, names: Sequence[str]) -> dict[str, str]:
        """The SQL of models that are there already."""
        with duckdb.connect(str(self.project.database)) as connection:
            Warehouse(self, connection)
        return {name: node.compiled_code for name, node in self.compile(names).items()}

    def parents(self, name: str) -> list[str]:
        """The models and seeds that a model reads."""
        ids = {node.unique_id: node.name for node in self.nodes.values()}
        nodes = getattr(self.nodes[name].depends_on, "nodes", [])
        return [ids[parent] for parent in nodes if parent in ids]

    def needed(self, wanted: Iterable[str], given: Collection[str]) -> list[str]:
        """The models to build for those that are wanted from those that are given, in order."""
        found: set[str] = set()

        def visit(name: str) -> None:
            if name not in found and name not in given:
                found.add(name)
                for parent in self.parents(name):
                    visit(parent)

        for name in wanted:
            visit(name)
        return [name for name in self.order if name in found]


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema if not exists raw")
    for table in raw_tables(read_vars()):
        columns = ", ".join(f"{column} varchar" for column in table.columns)
        connection.execute(f"create table if not exists raw.{table.name} ({columns})")


class Warehouse:
    """Everything a project holds, as empty tables, to be filled for the length of a transaction.

    The SQL is planned once. Planning knows the empty tables alone, so it must not draw conclusions
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
            self.connection.execute("attach ':memory:' as build")
            self.connection.execute("use build")
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute("pragma disable_optimizer")
        create_raw_tables(self.connection)
        for name in compiled.order:
            self.create(name)

    def create(self, name: str) -> None:
        """A model as it is on empty raw tables, a seed without its rows."""
        node = self.nodes[name]
        self.connection.execute(f'create schema if not exists "{node.schema}"')
        if node.resource_type == "seed":
            columns = ", ".join(f"{c} {t}" for c, t in node.config.column_types.items())
            self.connection.execute(f"create table {node.relation_name} ({columns})")
            return
        self.connection.execute(f"create table {node.relation_name} as {node.compiled_code}")
        self.prepare(name, name, node.compiled_code)

    def prepare(self, statement: str, name: str, sql: str) -> None:
        """Let a statement insert what a query returns into a model."""
        self.connection.execute(
            f"prepare {statement} as insert into {self.nodes[name].relation_name} by name {sql}"
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
        held = list(rows)
        if held:
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in held)
            self.connection.execute(
                f"insert into {self.relation(name)} ({', '.join(held[0])}) values {marks}",
                [value for row in held for value in row.values()],
            )

    def replace(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Let a table hold these rows."""
        self.connection.execute(f"delete from {self.relation(name)}")
        self.insert(name, rows)

    def build(self, names: Iterable[str]) -> None:
        """Fill models anew, in this order."""
        for name in names:
            self.connection.execute(f"delete from {self.relation(name)}")
            self.connection.execute(f"execute {name}")

    def replace_days(self, name: str, sql: str) -> None:
        """What dbt's delete+insert does with the days that an incremental model returns."""
        self.connection.execute(f"create or replace temp table touched as {sql}")
        self.connection.execute(
            f"delete from {self.relation(name)} where activity_date in"
            " (select activity_date from touched)"
        )
        self.connection.execute(
            f"insert into {self.relation(name)} by name select * from touched"
        )

    def rows(self, name: str) -> list[Row]:
        cursor = self.connection.execute(f"select * from {self.relation(name)}")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


__all__ = ["ROOT", "CompiledProject", "Row", "Warehouse"]
