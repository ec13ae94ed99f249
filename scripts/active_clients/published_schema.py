"""What is published on PostgreSQL: the tables of a schema, all of them replaced in one transaction.

Rows are deleted and written, not tables: nobody waits, who reads sees the old rows until the new
ones are all there, and the rights and the views that others have on the tables stay. Tables and
columns that are new come before that, those that are gone go after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2 import errors

from active_clients.project import ProjectError

MARK = "Published by active_clients"
# Less than the second after which a server looks for deadlocks: who reads is never the one to go.
LOCKED_FOR_MS = 700
WAIT_SECONDS = 60


@dataclass(frozen=True)
class Table:
    """One table to publish, and what is said of it."""

    name: str
    description: str
    # By column: types as PostgreSQL calls them, and what is said.
    columns: dict[str, str]
    comments: dict[str, str]
    # What tells rows apart, if that is known.
    grain: tuple[str, ...]
    # Writes the rows into the empty table of that name.
    fill: Callable[[Any, str], None]


def quoted(*names: str) -> str:
    """An identifier, or a dotted name of several."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


class PublishedSchema:
    """A schema that readers see."""

    def __init__(self, connection: Any, schema: str) -> None:
        self.connection = connection
        self.schema = schema

    def publish(self, tables: Sequence[Table], readers: Sequence[str] = ()) -> None:
        """Replace all rows of all tables at once."""
        with self._alone():
            with self.connection, self.connection.cursor() as cursor:
                self._own(cursor)
                changes = self._changes(cursor, tables)
            for change in changes:
                if "drop" in change.statements:
                    self._change(change, is_tried=True)
            for change in changes:
                if change.when == "before":
                    self._change(change)
            with self.connection, self.connection.cursor() as cursor:
                self._grant(cursor, readers)
                for table in tables:
                    self._replace(cursor, table)
            for change in changes:
                if change.when == "after":
                    self._change(change)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from publishing here meanwhile."""
        key = [f"{MARK} {self.schema}"]
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'; set client_min_messages = warning")
            cursor.execute("select pg_try_advisory_lock(hashtext(%s))", key)
            if not cursor.fetchone()[0]:
                raise ProjectError("something else is publishing there; wait for it to end")
        try:
            yield
        finally:
            if not self.connection.closed:
                with self.connection, self.connection.cursor() as cursor:
                    cursor.execute("select pg_advisory_unlock(hashtext(%s))", key)

    def _own(self, cursor: Any) -> None:
        """Make the schema, or see that it is no one else's."""
        cursor.execute(
            "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s",
            [self.schema],
        )
        found = cursor.fetchone()
        if found is None:
            cursor.execute(f"create schema {quoted(self.schema)}")
            cursor.execute(f"comment on schema {quoted(self.schema)} is {text(MARK)}")
        elif found[0] != MARK:
            raise ProjectError(
                f"the schema {self.schema} is there and was not made by scripts/publish; "
                "name another: --schema"
            )

    # ---- rows ------------------------------------------------------------------------

    def _replace(self, cursor: Any, table: Table) -> None:
        target = quoted(self.schema, table.name)
        cursor.execute(f"delete from {target}")
        table.fill(cursor, target)
        cursor.execute(f"analyze {target}")
        comments = [f"comment on table {target} is {text(table.description)}"]
        comments += [
            f"comment on column {target}.{quoted(column)} is {text(table.comments[column])}"
            for column in table.columns
            if table.comments.get(column)
        ]
        cursor.execute("; ".join(comments))

    def _grant(self, cursor: Any, readers: Sequence[str]) -> None:
        """Let roles read all that is published, now and later, and nothing else."""
        schema = quoted(self.schema)
        for reader in readers:
            role = quoted(reader)
            try:
                cursor.execute(
                    f"grant usage on schema {schema} to {role};"
                    f"grant select on all tables in schema {schema} to {role};"
                    f"alter default privileges in schema {schema} grant select on tables to {role}"
                )
            except errors.UndefinedObject:
                raise ProjectError(
                    f"there is no role {reader}; make it: create role {role} login"
                ) from None

    # ---- tables and columns ----------------------------------------------------------

    def _changes(self, cursor: Any, tables: Sequence[Table]) -> list[Change]:
        """What has to be done to the tables that are there."""
        cursor.execute(
            "select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'r'",
            [quoted(self.schema)],
        )
        there = {name for (name,) in cursor.fetchall()}
        gone = sorted(there - {table.name for table in tables})
        changes = [
            Change(name, f"drop table {quoted(self.schema, name)}", "after") for name in gone
        ]
        for table in tables:
            target = quoted(self.schema, table.name)
            if table.name not in there:
                columns = ", ".join(f"{quoted(c)} {kind}" for c, kind in table.columns.items())
                create = "; ".join([f"create table {target} ({columns})", *self._indexes(table)])
                changes.append(Change(table.name, create, "before"))
                continue
            before = columns_of(cursor, target)
            alter = f"alter table {target}"
            for column, kind in table.columns.items():
                add = f"{alter} add column {quoted(column)} {kind}"
                if column not in before:
                    changes.append(Change(table.name, add, "before"))
                elif before[column] != kind:
                    anew = [f"{alter} drop column {quoted(column)}", add, *self._indexes(table)]
                    changes.append(Change(table.name, "; ".join(anew), "before"))
            changes += [
                Change(table.name, f"{alter} drop column {quoted(column)}", "after")
                for column in before
                if column not in table.columns
            ]
        return changes

    def _indexes(self, table: Table) -> list[str]:
        """Statements for those that are not there."""
        target = quoted(self.schema, table.name)
        indexes = []
        # A column of the grain may be one that is not published.
        if table.grain and {*table.grain} <= {*table.columns}:
            grain = ", ".join(quoted(column) for column in table.grain)
            name = quoted(f"{table.name}_grain")
            indexes.append(f"create unique index if not exists {name} on {target} ({grain})")
        # Boards filter and join by client, whatever tells the rows apart.
        if table.grain[:1] != ("client_id",) and "client_id" in table.columns:
            name = quoted(f"{table.name}_client")
            indexes.append(f"create index if not exists {name} on {target} (client_id)")
        return indexes

    def _change(self, change: Change, *, is_tried: bool = False) -> None:
        """Change a table, or see whether it could be; each in a transaction of a moment."""
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                with self.connection, self.connection.cursor() as cursor:
                    cursor.execute(f"set local lock_timeout = {LOCKED_FOR_MS}")
                    cursor.execute(change.statements)
                    if is_tried:
                        self.connection.rollback()
            except errors.DependentObjectsStillExist as error:
                who = "; ".join((error.diag.message_detail or "").splitlines())
                raise ProjectError(
                    f"columns of {self.schema}.{change.table} have changed or it is gone, and "
                    f"others read it: {who}. Drop or change those first"
                ) from None
            except errors.LockNotAvailable:
                if time.monotonic() > until:
                    raise ProjectError(self._who_reads(change.table)) from None
                time.sleep(LOCKED_FOR_MS / 1000)
                continue
            return

    def _who_reads(self, table: str) -> str:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(
                "select distinct a.pid, a.usename, a.application_name, a.xact_start"
                " from pg_locks as l inner join pg_stat_activity as a on l.pid = a.pid"
                " where l.relation = to_regclass(%s) and a.pid <> pg_backend_pid() order by a.pid",
                [quoted(self.schema, table)],
            )
            who = [
                f"{user}, process {pid}{f' ({program})' if program else ''}, "
                f"since {since:%H:%M:%S} UTC"
                for pid, user, program, since in cursor.fetchall()
            ]
        return (
            f"the columns of {self.schema}.{table} change, and for {WAIT_SECONDS} seconds "
            f"transactions that read it did not end ({'; '.join(who)}); end them, or publish again "
            "later"
        )


@dataclass(frozen=True)
class Change:
    """What is done to a table, before the rows are replaced or after."""

    table: str
    statements: str
    when: str


def columns_of(cursor: Any, relation: str) -> dict[str, str]:
    """Names and types of a relation's columns, in their order."""
    cursor.execute(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum",
        [relation],
    )
    return dict(cursor.fetchall())


def connect(where: str) -> Any:
    """A connection; what keeps us from one is said in a line, without the password."""
    try:
        return psycopg2.connect(where, application_name="active_clients")
    except psycopg2.Error as error:
        raise ProjectError(
            f"PostgreSQL cannot be reached: {' '.join(str(error).split())}"
        ) from None
