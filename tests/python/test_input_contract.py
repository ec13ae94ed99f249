"""What a user is told when the raw tables do not fit the contract."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from active_clients.project import raw_tables, read_vars
from conftest import ROOT, SOURCES, DbtProject


@pytest.fixture(scope="module")
def read_from_files(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The project, parsed once for raw tables in files."""
    project = DbtProject(tmp_path_factory.mktemp("copied"))
    location = str(project.path / "raw" / "{name}.csv")
    project.vars = {f"{source}_location": location for source in SOURCES}
    return project.parsed()


@pytest.fixture
def copied(read_from_files: DbtProject) -> DbtProject:
    """The demo's raw tables, to break."""
    shutil.copytree(ROOT / "seeds/demo", read_from_files.path / "raw", dirs_exist_ok=True)
    return read_from_files


def refusal(project: DbtProject) -> str:
    result = project.dbt("run", "--select", "+as_of", check=False)
    assert not result.success
    return str(result.exception) + "".join(str(r.message) for r in result.result or [])


def test_misnamed_column_is_named_with_what_the_contract_wants(copied: DbtProject) -> None:
    file = copied.path / "raw/usage_events.csv"
    file.write_text(file.read_text().replace("occurred_at", "event_time", 1))
    message = refusal(copied)
    assert "product.usage_events has no column occurred_at" in message
    assert "timestamp, never empty: When it happened (UTC)." in message
    assert "event_time" in message


def test_missing_optional_table_names_its_flag(copied: DbtProject) -> None:
    (copied.path / "raw/tickets.csv").unlink()
    message = refusal(copied)
    assert "support.tickets was not found at" in message
    assert "tickets_enabled: false" in message


def test_all_problems_are_named_at_once(copied: DbtProject) -> None:
    (copied.path / "raw/plans.csv").unlink()
    (copied.path / "raw/clients.csv").write_text("client_id\nc1\n")
    message = refusal(copied)
    assert "billing.plans was not found" in message
    assert "crm.clients has no column created_at" in message
    assert "crm.clients has no column loaded_at" in message


def test_types_of_a_table_in_a_schema_that_change_its_values_are_told(tmp_path: Path) -> None:
    """A float id becomes another id, a list no word; a float without a value is fine."""
    project = DbtProject(tmp_path, {f"{source}_location": "raw" for source in SOURCES})
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("create schema raw")
        for table in raw_tables(read_vars()):
            columns = [f"cast(null as {kind}) as {name}" for name, kind in table.columns.items()]
            connection.execute(f"create table raw.{table.name} as select {', '.join(columns)}")
        connection.execute(
            "alter table raw.usage_events alter user_id type double;"
            "alter table raw.usage_events alter client_id type double;"
            "update raw.usage_events set user_id = 8;"
            "drop table raw.plans; create view raw.plans as"
            " select * replace ([plan_name] as plan_name) from (select 'p' as plan_id,"
            " 'Pro' as plan_name, 1 as plan_rank, 5 as included_seats, now() as loaded_at)"
        )
    message = refusal(project.parsed())
    assert "product.usage_events: user_id in" in message
    assert "is a float (double), so that 8 would become 8.0." in message
    assert "billing.plans: plan_name in" in message
    assert "is a list, map or structure (varchar[]); the contract wants text." in message
    assert "client_id in" not in message


def test_location_is_no_place_for_sql(tmp_path: Path) -> None:
    location = "seeds/demo/{name}.csv') union select ('x"
    message = refusal(DbtProject(tmp_path, {"crm_location": location}))
    assert "The variable crm_location is 'seeds/demo/{name}.csv') union" in message
