"""Incremental usage models hold the rows of a full refresh, whatever arrives, in any order."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from compiled_project import CompiledProject, Row, Warehouse
from conftest import ROOT, DbtProject, table_hashes

HISTORIES = 60
LOADS = 5
MODELS = ("int_usage_events", "int_usage_events_quarantined")


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
    marts = ["+fct_row_dispositions", "+fct_quarantined_rows", "+fct_usage_daily"]
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
        "select count(*), bit_xor(hash(t)) from intermediate.int_usage_events as t"
    )
    return {**table_hashes(project.database), "int_usage_events": counted}


# ---- in one process, on random histories ----------------------------------------------


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return CompiledProject(tmp_path_factory.mktemp("compiled"), MODELS)


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledProject) -> Warehouse:
    return Warehouse(compiled)


@pytest.fixture(scope="module")
def incremental(compiled: CompiledProject) -> dict[str, str]:
    return compiled.compile_incremental(*MODELS)


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


def client_row(client_id: str) -> Row:
    return {
        "client_id": client_id,
        "created_at": "2024-01-01",
        "loaded_at": "2024-01-02",
    }


def as_seen(warehouse: Warehouse, name: str) -> list[Any]:
    """Rows of a model; of the quarantined ones only those whose client is still unknown."""
    seen = f"from {warehouse.relation(name)}"
    if name == "int_usage_events_quarantined":
        seen += (
            " where invalid_reasons is not null or client_id not in"
            f" (select client_id from {warehouse.relation('int_client_identities')})"
        )
    return warehouse.connection.execute(f"{seen} order by all").fetchall()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_arrivals_equal_full_refresh(
    compiled: CompiledProject, warehouse: Warehouse, incremental: dict[str, str], seed: int
) -> None:
    """Rows arrive in any order, one batch twice; a client arrives on the way."""
    generator = random.Random(seed)
    events = random_events(generator)
    cuts = [*sorted(generator.choices(range(len(events) + 1), k=LOADS - 1)), len(events)]
    cuts.insert(generator.randrange(LOADS), generator.choice(cuts))
    client_arrives = generator.randrange(LOADS + 1)
    parents = [name for name in compiled.order(MODELS) if name not in MODELS]
    with warehouse.transaction():
        for step, cut in enumerate(sorted(cuts)):
            known = ["c1", "c2"] + (["c3"] if step >= client_arrives else [])
            for name in ("usage_events", "clients", *parents):
                warehouse.empty(name)
            warehouse.insert("usage_events", events[:cut])
            warehouse.insert("clients", map(client_row, known))
            warehouse.build(parents)
            for name in MODELS:
                warehouse.replace_days(name, incremental[name])
        held = {name: as_seen(warehouse, name) for name in MODELS}
        for name in MODELS:
            warehouse.empty(name)
            warehouse.build([name])
            assert held[name] == as_seen(warehouse, name), name
