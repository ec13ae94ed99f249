"""Raw tables can be wherever a company has them: each has a variable of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from active_clients.project import ROOT, raw_tables, read_vars, variable_problems
from conftest import SOURCES
from test_package import RootProject, documented_configuration, packaged

DEMO = "select * from read_csv('{}', all_varchar = true)"
STAGING = "active_clients.staging"


def demo(table: str) -> str:
    """The rows of a raw table of the demo."""
    return DEMO.format(ROOT / f"seeds/demo/{table}.csv")


def count(table: str) -> int:
    [(rows,)] = duckdb.sql(f"select count(*) from ({demo(table)})").fetchall()
    return int(rows)


def company(path: Path, **locations: str) -> RootProject:
    """A company's project with these locations; the other tables are the demo's."""
    project = packaged(path)
    configuration = documented_configuration()
    configuration["vars"]["active_clients"] |= locations
    project.configure(**configuration)
    project.dbt("deps")
    return project


@pytest.fixture
def somewhere(tmp_path: Path) -> RootProject:
    """Tables in four places, beside those of the demo."""
    with duckdb.connect(str(tmp_path / "lake.duckdb")) as lake:
        lake.execute(f"create schema raw; create table raw.people as {demo('users')}")
        lake.execute(f"copy ({demo('offers')}) to '{tmp_path}/offers.parquet'")
    project = company(
        tmp_path,
        clients_location="company_clients",
        plans_location="billing_raw.price_list",
        users_location="lake.raw.people",
        offers_location=str(tmp_path / "*.parquet"),
    )
    profile = yaml.safe_load((tmp_path / "profiles.yml").read_text())
    profile["company"]["outputs"]["duckdb"]["attach"] = [
        {"path": str(tmp_path / "lake.duckdb"), "read_only": True}
    ]
    project.write_yaml("profiles.yml", profile)
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            f"create schema billing_raw; create table billing_raw.price_list as {demo('plans')}"
        )
    (tmp_path / "models").mkdir()
    (tmp_path / "models/company_clients.sql").write_text(demo("clients"))
    return project


def test_each_raw_table_is_read_where_its_variable_says(somewhere: RootProject) -> None:
    """In one run, the company's model first."""
    kinds = ("--exclude-resource-type", "test", "unit_test")
    selected = ("--select", f"+{STAGING}")
    somewhere.dbt("build", *selected, *kinds)
    manifest = somewhere.dbt("parse").result
    parents = manifest.nodes["model.active_clients.stg_crm__clients"].depends_on.nodes
    assert "model.company.company_clients" in parents
    assert "source.active_clients.crm.clients" in parents
    for source, table in (
        ("crm", "clients"),
        ("billing", "plans"),
        ("product", "users"),
        ("crm", "offers"),
        ("support", "tickets"),
    ):
        with duckdb.connect(str(somewhere.database), read_only=True) as connection:
            connection.execute(f"attach '{somewhere.path}/lake.duckdb' (read_only)")
            staged = connection.execute(f"select count(*) from staging.stg_{source}__{table}")
            assert staged.fetchall() == [(count(table),)], table


def test_a_model_that_production_has_is_looked_for_there(tmp_path: Path) -> None:
    """With --defer a change is tried in a database that has nothing else."""
    project = company(tmp_path, clients_location="company_clients")
    (tmp_path / "models").mkdir()
    (tmp_path / "models/company_clients.sql").write_text(demo("clients"))
    project.dbt("run", "--select", "company_clients")
    shutil.copytree(tmp_path / "target", tmp_path / "production")
    profile = yaml.safe_load((tmp_path / "profiles.yml").read_text())
    profile["company"]["outputs"]["duckdb"] |= {
        "path": str(tmp_path / "ci.duckdb"),
        "attach": [{"path": str(project.database), "read_only": True}],
    }
    project.write_yaml("profiles.yml", profile)
    deferred = ("--defer", "--state", str(tmp_path / "production"))
    kinds = ("--exclude-resource-type", "test", "unit_test")
    selected = ("--select", "value_synonyms", "stg_crm__clients")
    project.dbt("build", *selected, *kinds, *deferred)
    with duckdb.connect(str(tmp_path / "ci.duckdb")) as connection:
        connection.execute(f"attach '{project.database}' (read_only)")
        staged = connection.execute("select count(*) from staging.stg_crm__clients")
        assert staged.fetchall() == [(count("clients"),)]


def test_a_model_without_a_column_of_the_contract_is_told(tmp_path: Path) -> None:
    project = company(tmp_path, clients_location="company_clients")
    (tmp_path / "models").mkdir()
    (tmp_path / "models/company_clients.sql").write_text("select 'c1' as client_id, now() as born")
    kinds = ("--exclude-resource-type", "test", "unit_test")
    result = project.dbt("build", "--select", "+stg_crm__clients", *kinds, check=False)
    [told] = [run.message for run in result.result if run.status == "error"]
    assert "crm.clients has no column created_at (at company_clients)." in told
    assert "The table has: client_id, born." in told


def test_locations_mean_the_same_to_the_scripts(tmp_path: Path) -> None:
    variables = read_vars(
        "{crm_location: lake.raw, clients_location: our_clients, plans_location: raw.prices,"
        f" users_location: {tmp_path}/*.parquet, tickets_location: lake.raw.tix}}"
    )
    found = {table.label: (table.kind, table.location) for table in raw_tables(variables)}
    assert found["crm.clients"] == ("model", "our_clients")
    assert found["crm.offers"] == ("table", "lake.raw.offers")
    assert found["billing.plans"] == ("table", "raw.prices")
    assert found["billing.invoices"] == ("files", "seeds/demo/invoices.csv")
    assert found["product.users"] == ("files", f"{tmp_path}/*.parquet")
    assert found["support.tickets"] == ("table", "lake.raw.tix")


@pytest.mark.parametrize(
    "value",
    ["clients) union all (select 1", "a.b.c.d", "raw..t", "raw.t--", 'raw."t"', "/x.csv') as x", 5],
)
def test_no_location_is_sql(value: Any) -> None:
    [problem] = variable_problems({"clients_location": value})
    assert problem.startswith("The variable clients_location is ")


@pytest.mark.parametrize(
    "value",
    ["", "our_clients", "raw.t", "my-project.raw.t", "/lake/t/*.parquet", "s3://lake/{name}.csv"],
)
def test_what_a_location_can_be(value: str) -> None:
    assert variable_problems({"clients_location": value}) == []


def test_the_contract_asks_for_what_the_run_reads_and_does_not_build(tmp_path: Path) -> None:
    """A first run, with nothing there yet, does not lock itself out."""
    everywhere = {f"{source}_location": "main_raw" for source in SOURCES}
    project = company(tmp_path, **everywhere)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/clients.sql").write_text(
        "{{ config(schema='raw') }} " + demo("clients").replace("{", "{{ '{' }}")
    )
    project.manifest = project.dbt("parse").result

    def refusal(*selected: str) -> str:
        result = project.dbt("run", "--select", *selected, check=False)
        return str(result.exception)

    staged = refusal("stg_crm__clients", "stg_crm__offers")
    assert "crm.clients was not found at main_raw.clients" in staged
    assert "(or clients_location, for this table alone)" in staged
    assert "crm.offers was not found" in staged
    assert "support.tickets" not in staged

    assert "crm.offers" in refusal("company.clients", "stg_crm__offers")
    assert "input contract" not in refusal("company.clients", "stg_crm__clients")
    assert "input contract" not in refusal("company.clients")
    project.dbt("run", "--select", "stg_crm__clients", check=False)
    # Read by way of a view that is there already.
    assert "crm.clients" not in refusal("int_clients_classified")
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("drop view main_raw.clients")
    assert "crm.clients was not found" in refusal("int_clients_classified")
