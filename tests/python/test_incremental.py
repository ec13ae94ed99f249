"""Incremental usage models hold the rows of a full refresh, whatever arrives, in any order."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import ROOT, SOURCES, DbtProject, table_hashes

HISTORIES = 60
LOADS = 5
MODELS = ("int_usage_events_counted", "int_usage_events_quarantined")
Row = dict[str, Any]


def read_demo(table: str) -> list[Row]:
    with (ROOT / "seeds/demo" / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


# ---- through dbt, on the demo ---------------------------------------------------------


def test_demo_in_three_loads_equals_full_refresh(tmp_path: Path) -> None:
    """Events arrive shuffled, re-delivered and late; some clients only at the end."""
    project = DbtProject(tmp_path)
    project.use_own_raw_tables()
    for path in (ROOT / "seeds/demo").glob("*.csv"):
        project.write_raw(path.stem, read_demo(path.stem))
    events, clients = read_demo("usage_events"), read_demo("clients")
    random.Random(1).shuffle(events)
    marts = ["+fct_row_dispositions", "+fct_quarantined_rows", "+marts.activity"]
    build = ["build", "--resource-type", "model", "--resource-type", "seed", "--select", *marts]
    for load in range(1, 4):
        project.write_raw("usage_events", events[: len(events) * load // 3])
        project.write_raw("clients", clients if load == 3 else clients[:-20])
        project.dbt(*build)
    incremental = hashes(project)
    project.dbt(*build, "--full-refresh")
    assert hashes(project) == incremental


def hashes(project: DbtProject) -> dict[str, Any]:
    """Every mart, and the incremental models without the rows that marts leave out."""
    counted = project.rows(
        "select count(*), bit_xor(hash(t)) from intermediate.int_usage_events_counted as t"
    )
    return {**table_hashes(project.database), "int_usage_events_counted": counted}


# ---- in one process, on random histories ----------------------------------------------


class Compiled:
    """The SQL that dbt runs for the incremental models, in both modes, on small tables."""

    def __init__(self, path: Path) -> None:
        self.project = DbtProject(path, {f"{source}_location": "raw" for source in SOURCES})
        self.project.vars |= {"as_of_date": "2025-01-31"}
        with duckdb.connect(str(self.project.database)) as connection:
            connection.execute("create schema raw")
            for csv_file in (ROOT / "seeds/demo").glob("*.csv"):
                connection.execute(
                    f"create table raw.{csv_file.stem} as select * from "
                    f"read_csv('{csv_file}', header = true, all_varchar = true) limit 0"
                )
        self.project.dbt("run", "--select", *(f"+{name}" for name in MODELS))
        self.incremental = self.compile()
        self.full = self.compile("--full-refresh")
        (self.clients,) = self.compile("--full-refresh", names=("int_client_identities",)).values()
        (self.classified,) = self.compile(
            "--full-refresh", names=("int_clients_classified",)
        ).values()

    def compile(self, *options: str, names: tuple[str, ...] = MODELS) -> dict[str, str]:
        self.project.dbt("compile", "--select", *names, *options)
        compiled = self.project.path / "target/compiled/active_clients/models/intermediate"
        return {name: next(compiled.rglob(f"{name}.sql")).read_text() for name in names}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return Compiled(tmp_path_factory.mktemp("compiled"))


def random_events(generator: random.Random) -> list[Row]:
    """A few keys, days, clients and loads, so that everything collides with everything."""
    return [
        {
            "event_id": generator.choice(["", *(f"e{n}" for n in range(12))]),
            "client_id": generator.choice(["c1", "c2", "c3", "c9", ""]),
            "user_id": generator.choice(["u1", "u2"]),
            "event_name": "report_created",
            "feature": generator.choice(["reports", "exports"]),
            "quantity": generator.choice(["1", "2.5", "many"]),
            "occurred_at": generator.choice(["", "soon"])
            if generator.random() < 0.1
            else f"2025-01-0{generator.randint(1, 6)} 1{generator.randint(0, 9)}:00:00",
            "loaded_at": ""
            if generator.random() < 0.05
            else f"2025-01-{generator.randint(7, 12):02} 02:00:00",
        }
        for _ in range(generator.randint(5, 60))
    ]


def replace(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    """Let a raw table hold these rows."""
    connection.execute(f"delete from raw.{table}")
    held = list(rows)
    if held:
        marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in held)
        connection.execute(
            f"insert into raw.{table} ({', '.join(held[0])}) values {marks}",
            [value for row in held for value in row.values()],
        )


def client_row(client_id: str) -> Row:
    return {
        "client_id": client_id,
        "created_at": "2024-01-01",
        "loaded_at": "2024-01-02",
    }


def as_seen(connection: duckdb.DuckDBPyConnection, sql: str, name: str) -> list[Any]:
    """Rows of a model; of the quarantined ones only those whose client is still unknown."""
    seen = f"select * from ({sql}) as m"
    if name == "int_usage_events_quarantined":
        seen += (
            " where invalid_reasons is not null or client_id not in"
            " (select client_id from intermediate.int_client_identities)"
        )
    return connection.execute(f"select * from ({seen}) order by all").fetchall()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_arrivals_equal_full_refresh(compiled: Compiled, seed: int) -> None:
    """Rows arrive in any order, one batch twice; a client arrives on the way."""
    generator = random.Random(seed)
    events = random_events(generator)
    cuts = [*sorted(generator.choices(range(len(events) + 1), k=LOADS - 1)), len(events)]
    cuts.insert(generator.randrange(LOADS), generator.choice(cuts))
    client_arrives = generator.randrange(LOADS + 1)
    with duckdb.connect(str(compiled.project.database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name in MODELS:
            connection.execute(f"delete from intermediate.{name}")
        for step, cut in enumerate(sorted(cuts)):
            replace(connection, "usage_events", events[:cut])
            known = ["c1", "c2"] + (["c3"] if step >= client_arrives else [])
            replace(connection, "clients", map(client_row, known))
            rebuild(connection, "int_clients_classified", compiled.classified)
            rebuild(connection, "int_client_identities", compiled.clients)
            for name in MODELS:
                insert_days(connection, name, compiled.incremental[name])
        for name in MODELS:
            held = as_seen(connection, f"select * from intermediate.{name}", name)
            assert held == as_seen(connection, compiled.full[name], name), name


def rebuild(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    connection.execute(f"create or replace table intermediate.{name} as {sql}")


def insert_days(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    """What dbt's delete+insert does with the days a model returns."""
    connection.execute(f"create or replace temp table touched as {sql}")
    connection.execute(
        f"delete from intermediate.{name} where activity_date in"
        " (select activity_date from touched)"
    )
    connection.execute(f"insert into intermediate.{name} by name select * from touched")
