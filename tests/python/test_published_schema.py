"""What is published on PostgreSQL: readers, their rights and their views live through it."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
from psycopg2 import errors

from active_clients import publish_to_postgres, published_schema
from active_clients.dashboards.boards import read_boards
from active_clients.dashboards.source import Source
from active_clients.dashboards.superset import read_assets
from active_clients.project import ProjectError, read_vars
from active_clients.published_schema import PublishedSchema, Table, quoted
from active_clients.rows import canonical
from conftest import POSTGRES, Built, needs_postgres, run_script

READERS = 20
ROWS = 500
# Larger tables are compared by their counts.
COMPARED_ROWS = 2_000

pytestmark = needs_postgres


@pytest.fixture(scope="module")
def port(postgres: int) -> int:
    """A server with two roles and a schema of somebody's."""
    with closing(connected(postgres)) as connection:
        run(connection, "create role bi login; create role auditor login; create schema own")
    return postgres


@pytest.fixture
def schema(port: int, request: pytest.FixtureRequest) -> Iterator[PublishedSchema]:
    """A schema of this test, not there yet."""
    name = re.sub(r"\W+", "_", request.node.name.removeprefix("test_"))[:50]
    with closing(connected(port)) as connection:
        yield PublishedSchema(connection, name)


def connected(port: int, user: str = "postgres") -> Any:
    return psycopg2.connect(host="127.0.0.1", port=port, user=user, dbname="postgres")


def run(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
        return rows


def table(name: str, selected: str, **columns: str) -> Table:
    """A table with the rows of a query."""
    names = ", ".join(columns)
    grain = ("client_id",) if "client_id" in columns else ()

    def fill(cursor: Any, target: str) -> None:
        cursor.execute(f"insert into {target} ({names}) {selected}")

    said = {"number": "Which one."}
    return Table(name, f"Table {name}, as it's said.", columns, said, grain, fill)


def numbered(number: int) -> list[Table]:
    """Two tables, whose rows say which publication they are of."""
    rows = f"select {number}, i from generate_series(1, {ROWS}) as i"
    return [
        table("one", rows, number="integer", client_id="integer"),
        table("two", rows, number="integer", row="integer"),
    ]


def test_readers_wait_for_nothing_and_see_one_publication(
    schema: PublishedSchema, port: int
) -> None:
    schema.publish(numbered(0), ["bi"])
    both = " union all ".join(
        f"select min(number), max(number), count(*) from {quoted(schema.schema, name)}"
        for name in ("two", "one")
    )
    seen: list[int] = []
    wrong: list[object] = []
    end = threading.Event()

    def read() -> None:
        try:
            with closing(connected(port, "bi")) as reader:
                while not end.is_set():
                    one, two = run(reader, both)
                    if one != two or one[0] != one[1] or one[2] != ROWS:
                        wrong.append((one, two))
                    seen.append(one[0])
        except Exception as error:
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number in (1, 2, 3):
        schema.publish(numbered(number))
    # A new column and a new table, with everybody reading.
    more = table(
        "one",
        f"select 4, i, 'new' from generate_series(1, {ROWS}) as i",
        number="integer",
        client_id="integer",
        added="text",
    )
    schema.publish([more, numbered(4)[1], table("three", "select 1", number="integer")])
    end.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert {0, 3} <= {*seen} <= {0, 1, 2, 3, 4}


def test_rights_and_views_of_others_stay(schema: PublishedSchema, port: int) -> None:
    one, two = quoted(schema.schema, "one"), quoted(schema.schema, "two")
    schema.publish(numbered(1), ["bi"])
    run(
        schema.connection,
        f"grant usage on schema {schema.schema} to auditor; grant select on {one} to auditor;"
        f"create view own.mine as select sum(number) as total from {one}",
    )
    kinds = {"number": "integer", "client_id": "integer", "added": "text"}
    schema.publish(
        [
            table("one", "select 2, 1, 'new'", **kinds),
            table("two", "select 'text'", number="text"),
            table("three", "select 3", number="integer"),
        ]
    )
    assert run(schema.connection, "select total from own.mine") == [(2,)]
    with closing(connected(port, "bi")) as reader:
        assert run(reader, f"select * from {one}") == [(2, 1, "new")]
        # A column of another type, and one that is gone.
        assert run(reader, f"select * from {two}") == [("text",)]
        assert run(reader, f"select * from {schema.schema}.three") == [(3,)]
    with closing(connected(port, "auditor")) as auditor:
        assert run(auditor, f"select number from {one}") == [(2,)]
        with pytest.raises(errors.InsufficientPrivilege):
            run(auditor, f"select * from {two}")
    schema.publish([table("one", "select 5, 1, 'new'", **kinds)])
    assert [*tables_of(schema)] == ["one"]


def tables_of(schema: PublishedSchema) -> list[str]:
    found = run(
        schema.connection,
        f"select table_name from information_schema.tables where table_schema = '{schema.schema}'",
    )
    return [name for (name,) in found]


@pytest.mark.parametrize(
    "tables",
    [
        [table("one", "select 'text'", number="text"), numbered(2)[1]],
        [table("one", "select 1", client_id="integer"), numbered(2)[1]],
        [numbered(2)[1]],
    ],
    ids=["of another type", "a column gone", "a table gone"],
)
def test_what_others_read_is_not_taken_from_them(
    schema: PublishedSchema, tables: list[Table]
) -> None:
    schema.publish(numbered(1))
    run(
        schema.connection,
        f"create or replace view own.kept as select number from {quoted(schema.schema, 'one')}",
    )
    with pytest.raises(ProjectError, match=r"others read it: view own\.kept depends on "):
        schema.publish(tables)
    assert run(schema.connection, "select distinct number from own.kept") == [(1,)]
    assert run(schema.connection, f"select max(number) from {quoted(schema.schema, 'two')}") == [
        (1,)
    ]
    run(schema.connection, "drop view own.kept")


def test_a_reader_sees_nothing_else(schema: PublishedSchema, port: int) -> None:
    run(schema.connection, "create table own.raw as select 1 as number")
    schema.publish(numbered(1), ["bi"])
    with closing(connected(port, "bi")) as reader:
        assert run(reader, f"select count(*) from {schema.schema}.one") == [(ROWS,)]
        for forbidden in (
            "select * from own.raw",
            f"delete from {schema.schema}.one",
            f"create table {schema.schema}.mine (i int)",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                run(reader, forbidden)


def test_tables_say_what_they_are_and_have_their_keys(schema: PublishedSchema) -> None:
    schema.publish(numbered(1))
    [said] = run(
        schema.connection,
        f"select obj_description('{schema.schema}.one'::regclass),"
        f" col_description('{schema.schema}.one'::regclass, 1)",
    )
    assert said == ("Table one, as it's said.", "Which one.")
    indexes = run(
        schema.connection,
        "select tablename, indexname, indexdef like '%UNIQUE%' from pg_indexes"
        f" where schemaname = '{schema.schema}' order by 1, 2",
    )
    assert indexes == [("one", "one_grain", True)]


def test_what_fails_leaves_what_was_there(schema: PublishedSchema) -> None:
    schema.publish(numbered(1))
    with pytest.raises(psycopg2.Error):
        schema.publish([*numbered(2), table("three", "select 1 / 0", number="integer")])
    twice = "select 1, 1 from generate_series(1, 2)"
    with pytest.raises(psycopg2.Error):
        schema.publish([table("one", twice, number="integer", client_id="integer")])
    with pytest.raises(ProjectError, match='no role nobody; make it: create role "nobody" login'):
        schema.publish(numbered(2), ["nobody"])
    assert run(schema.connection, f"select min(number) from {schema.schema}.one") == [(1,)]
    schema.publish(numbered(3))
    assert run(schema.connection, f"select min(number) from {schema.schema}.one") == [(3,)]


def test_a_schema_of_somebody_else_is_left_alone(schema: PublishedSchema) -> None:
    run(schema.connection, f"create schema {schema.schema}")
    with pytest.raises(ProjectError, match="was not made by scripts/publish"):
        schema.publish(numbered(1))


def test_who_keeps_a_change_of_columns_waiting_is_told(
    schema: PublishedSchema, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.publish(numbered(1), ["bi"])
    monkeypatch.setattr(published_schema, "WAIT_SECONDS", 1)
    with closing(connected(port, "bi")) as reader, reader.cursor() as cursor:
        cursor.execute(f"select count(*) from {schema.schema}.one")
        schema.publish(numbered(2))
        pid = reader.info.backend_pid
        with pytest.raises(ProjectError, match=rf"did not end \(bi, process {pid}, since .* UTC\)"):
            schema.publish([table("one", "select 3", number="text"), numbered(3)[1]])
        cursor.execute(f"select min(number) from {schema.schema}.one")
        assert cursor.fetchone() == (2,)


def test_one_publishes_at_a_time(schema: PublishedSchema, port: int) -> None:
    other = PublishedSchema(connected(port), schema.schema)

    def fill(cursor: Any, target: str) -> None:
        with pytest.raises(ProjectError, match="something else is publishing"):
            other.publish(numbered(2))

    schema.publish([Table("one", "", {"number": "integer"}, {}, (), fill)])
    other.publish(numbered(2))


# ---- the demo ------------------------------------------------------------------------


def test_the_demo_is_what_its_file_holds(built: Built, port: int) -> None:
    command = ["scripts/publish", "--to", "postgres", "--reader", "bi"]
    where = {**built.project.environment, "ACTIVE_CLIENTS_POSTGRES_PORT": str(port)}
    done = run_script([*command, "--target-file", str(built.published)], where)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("as of 2025-06-30 as active_clients_published\n")
    with (
        closing(connected(port, "bi")) as reader,
        duckdb.connect(str(built.published), read_only=True) as file,
    ):
        tables = publish_to_postgres.tables_of_file(file)
        for published in tables:
            name = published.name
            [(in_file,)] = file.execute(
                "select schema_name from duckdb_tables() where table_name = ?", [name]
            ).fetchall()
            source, target = quoted(in_file, name), quoted("active_clients_published", name)
            [(rows,)] = file.execute(f"select count(*) from {source}").fetchall()
            assert run(reader, f"select count(*) from {target}") == [(rows,)], name
            if rows <= COMPARED_ROWS and name != "publication":
                found = run(reader, f"select * from {target}")
                expected = file.execute(f"from {source}").fetchall()
                assert sorted(tuple(map(canonical, row)) for row in found) == sorted(
                    tuple(map(canonical, row)) for row in expected
                ), name
        commented = run(
            reader,
            "select count(*), count(col_description(attrelid, attnum)) from pg_attribute as a"
            " inner join pg_class as c on a.attrelid = c.oid"
            " where c.relnamespace = 'active_clients_published'::regnamespace and relkind = 'r'"
            " and attnum > 0",
        )
        assert commented[0][0] == commented[0][1] > 1_000
    dump = shutil.which("pg_dump") or str(POSTGRES[-1] / "pg_dump")
    served = [
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-U",
        "postgres",
        "-n",
        "active_clients_published*",
    ]
    dumped = subprocess.run([dump, *served, "postgres"], capture_output=True, check=True).stdout
    assert len(dumped) > 10_000_000
    assert b"@" not in dumped


def shown(rows: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Rows as a chart shows them: quotients are doubles on one engine and exact on the other."""
    return sorted(
        tuple(
            f"{value:.6f}" if isinstance(value, float | Decimal) else canonical(value)
            for value in row
        )
        for row in rows
    )


def test_boards_read_either(built: Built, port: int) -> None:
    """The SQL of every chart is understood there too, and gives the same rows."""
    command = ["scripts/publish", "--to", "postgres", "--target-file", str(built.published)]
    where = {**built.project.environment, "ACTIVE_CLIENTS_POSTGRES_PORT": str(port)}
    assert run_script([*command, "--schema", "boards"], where).returncode == 0
    with (
        closing(connected(port)) as server,
        duckdb.connect(str(built.published), read_only=True) as file,
    ):
        charts = [*read_assets(read_boards(), Source(file, read_vars()))]
        assert len(charts) > 70
        for chart in charts:
            # By name, as a tool asks a dataset.
            names = ", ".join(quoted(name) for name in chart.columns)
            expected = file.execute(f"select {names} from ({chart.sql}) as asked").fetchall()
            asked = chart.in_schema("boards")
            found = run(server, f"select {names} from ({asked}) as asked")
            assert shown(found) == shown(expected), chart.name


def test_what_cannot_be_published_is_said_in_a_line(built: Built, tmp_path: Path) -> None:
    for given, variables, said in (
        (["--to", "mysql"], {}, "--to takes postgres, or an address"),
        (["--reader", "bi"], {}, "--schema and --reader are for --to postgres"),
        (
            ["--to", "postgresql://me:secret@127.0.0.1:1/x", "--target-file", str(built.published)],
            {},
            "PostgreSQL cannot be reached: ",
        ),
        (["--to", "postgres", "--target-file", str(tmp_path / "no")], {}, "scripts/build first"),
        (["--to", "postgres"], {"DBT_TARGET": "postgres"}, "was not on PostgreSQL"),
    ):
        environment = {**built.project.environment, **variables}
        done = run_script(["scripts/publish", *given], environment)
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert "secret" not in done.stderr
