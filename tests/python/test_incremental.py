"""Incremental usage models hold the rows of a full refresh, whatever arrives, in any order."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from compiled_project import CompiledProject, Row, Warehouse
from conftest import ROOT, DbtProject, table_hashes

HISTORIES = 200
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
    project.parsed()
    marts = ["+fct_row_dispositions", "+fct_quarantined_rows", "+fct_usage_daily"]
    build = ["build", "--resource-type", "model", "--resource-type", "seed", "--select", *marts]
    for load in range(1, 4):
        project.write_raw("usage_events", events[: len(events) * load // 3])
        project.write_raw("clients", clients if load == 3 else clients[:-20])
        project.dbt(*build)
    incremental = hashes(project)
    project.dbt(*build, "--full-refresh")
    assert hashes(project) == incremental


def test_loads_that_are_gone_stop_the_build_until_somebody_decides(tmp_path: Path) -> None:
    project = DbtProject(tmp_path)
    project.use_own_raw_tables()
    events = [
        {**random_event(random.Random(n)), "event_id": f"e{n}", "client_id": "c1", "quantity": "1",
         "occurred_at": f"2025-01-0{n} 10:00:00", "loaded_at": f"2025-01-0{n + 1} 02:00:00"}
        for n in (1, 2, 3)
    ]  # fmt: skip
    project.write_raw("clients", [client_row("c1")])
    project.write_raw("usage_events", events)
    build = ["run", "--select", "+int_usage_events_quarantined"]
    counted = "select activity_date::text, row_count from intermediate.int_usage_events order by 1"
    project.parsed().dbt("seed", "--select", "path:seeds/reference")
    project.dbt(*build)
    project.write_raw("usage_events", events[1:])
    with pytest.raises(AssertionError, match="dropped_loads: keep"):
        project.dbt(*build)
    assert [day for day, _ in project.rows(counted)] == ["2025-01-01", "2025-01-02", "2025-01-03"]
    project.vars["dropped_loads"] = "keep"
    project.dbt(*build)
    assert [day for day, _ in project.rows(counted)] == ["2025-01-01", "2025-01-02", "2025-01-03"]
    # Another time zone moves the day of a load, and is no other load.
    project.vars["reporting_time_zone"] = "America/New_York"
    project.dbt(*build)
    each_day = [("2025-01-01", 1), ("2025-01-02", 1), ("2025-01-03", 1)]
    assert project.rows(counted) == each_day
    project.vars["dropped_loads"] = "recount"
    project.dbt(*build)
    assert [day for day, _ in project.rows(counted)] == ["2025-01-02", "2025-01-03"]


def hashes(project: DbtProject) -> dict[str, Any]:
    """Every mart, and the incremental models without the rows that marts leave out."""
    counted = project.rows(
        "select count(*), bit_xor(hash(t)) from intermediate.int_usage_events as t"
    )
    return {**table_hashes(project.database), "int_usage_events": counted}


# ---- in one process, on random histories ----------------------------------------------

# What a user may change between two builds.
SETTINGS: list[dict[str, Any]] = [
    {},
    {"reporting_time_zone": "America/New_York"},
    {"earliest_date": "2025-01-03"},
    {"clock_skew_minutes": 20000, "reporting_time_zone": "Asia/Tokyo"},
]
STAGED = "stg_product__usage_events"


class Variant:
    """The SQL of one choice of variables: full, and where the models are there already."""

    def __init__(self, compiled: CompiledProject, settings: dict[str, Any]) -> None:
        names = (STAGED, "int_usage_load_days", *MODELS)
        nodes = compiled.compile(*names, **settings)
        self.full = {name: node.compiled_code for name, node in nodes.items()}
        nodes = compiled.compile(*MODELS, is_full=False, dropped_loads="recount", **settings)
        self.incremental = {name: node.compiled_code for name, node in nodes.items()}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return CompiledProject(tmp_path_factory.mktemp("compiled"), MODELS)


@pytest.fixture(scope="module")
def warehouse(compiled: CompiledProject) -> Warehouse:
    return Warehouse(compiled)


@pytest.fixture(scope="module")
def variants(compiled: CompiledProject) -> list[Variant]:
    with duckdb.connect(str(compiled.project.database)) as connection:
        Warehouse(compiled, connection)
    return [Variant(compiled, settings) for settings in SETTINGS]


def random_event(generator: random.Random) -> Row:
    """A few keys, days, clients and loads, so that everything collides with everything."""
    return {
        "event_id": generator.choice(["", *(f"e{n}" for n in range(12))]),
        "client_id": generator.choice(["c1", "c2", "c3", "c9", ""]),
        "user_id": generator.choice(["u1", "u2"]),
        "event_name": "report_created",
        "feature": generator.choice(["reports", "exports"]),
        "quantity": generator.choice(["1", "2.5", "many"]),
        "occurred_at": generator.choice(["", "soon"])
        if generator.random() < 0.1
        else f"2025-01-0{generator.randint(1, 6)} {generator.randint(0, 23):02}:00:00",
        "loaded_at": ""
        if generator.random() < 0.05
        else f"2025-01-{generator.randint(7, 12):02} 02:00:00",
    }


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


def build(warehouse: Warehouse, sql: dict[str, str], name: str) -> None:
    warehouse.empty(name)
    warehouse.run(f"insert into {warehouse.relation(name)} by name {sql[name]}")


def forget_emptied_days(warehouse: Warehouse, name: str) -> None:
    """What the models' post-hooks do."""
    days = f"select activity_date from {warehouse.relation('int_usage_load_days')}"
    if name == "int_usage_events_quarantined":
        events = warehouse.relation("int_usage_events")
        days = f"select activity_date from {events} where disposition = 'quarantined'"
    warehouse.connection.execute(
        f"delete from {warehouse.relation(name)} where activity_date not in ({days})"
    )


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_random_histories_equal_full_refresh(
    compiled: CompiledProject, warehouse: Warehouse, variants: list[Variant], seed: int
) -> None:
    """Rows arrive in any order, some twice, change and go; a client arrives and goes.

    Variables change in every second history.
    """
    generator = random.Random(seed)
    events = [random_event(generator) for _ in range(generator.randint(5, 60))]
    cuts = [*sorted(generator.choices(range(len(events) + 1), k=LOADS - 1)), len(events)]
    cuts.insert(generator.randrange(LOADS), generator.choice(cuts))
    client_arrives, client_goes = generator.randrange(LOADS + 1), generator.randrange(2 * LOADS)
    parents = [
        name
        for name in compiled.order(MODELS)
        if name not in (STAGED, "int_usage_load_days", *MODELS)
    ]
    with warehouse.transaction():
        for step, cut in enumerate(sorted(cuts)):
            variant = generator.choice(variants) if seed % 2 else variants[0]
            for _ in range(generator.choice([0, 0, 1, 3])):
                place = generator.randrange(len(events))
                events[place] = random_event(generator)
            delivered = [event for event in events[:cut] if generator.random() < 0.97]
            known = ["c1", "c2"] + (["c3"] if client_arrives <= step < client_goes else [])
            for name in ("usage_events", "clients", *parents):
                warehouse.empty(name)
            warehouse.insert("usage_events", delivered)
            warehouse.insert("clients", map(client_row, known))
            warehouse.build(parents)
            for name in (STAGED, "int_usage_load_days"):
                build(warehouse, variant.full, name)
            for name in MODELS:
                warehouse.replace_days(name, variant.incremental[name])
                forget_emptied_days(warehouse, name)
        held = {name: as_seen(warehouse, name) for name in MODELS}
        for name in MODELS:
            build(warehouse, variant.full, name)
            assert held[name] == as_seen(warehouse, name), name
