"""scripts/build --dbt v2 publishes what dbt v1 does, and stops as it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from active_clients.dbt_runs import find_dbt_v2
from active_clients.project import ProjectError
from conftest import Built, DbtProject, table_hashes


@pytest.fixture(scope="module")
def built_by_v2(tmp_path_factory: pytest.TempPathFactory) -> Built:
    try:
        find_dbt_v2()
    except ProjectError as error:
        pytest.skip(str(error))
    project = DbtProject(tmp_path_factory.mktemp("v2"))
    result = project.build("--dbt", "v2")
    assert result.returncode == 0, result.stdout + result.stderr
    return Built(project, result.stdout)


@pytest.mark.parametrize("schema", ["marts", "metrics"])
def test_published_rows_are_those_of_v1(built: Built, built_by_v2: Built, schema: str) -> None:
    expected = table_hashes(built.published, schema)
    found = table_hashes(built_by_v2.published, schema)
    # The manifest of the metrics is worded by the version of dbt that wrote it.
    for tables in (expected, found):
        tables.pop("semantic_manifest", None)
    assert found == expected


def test_a_failing_test_keeps_its_rows_and_the_published_file(built_by_v2: Built) -> None:
    project = built_by_v2.project
    before = project.published.read_bytes()
    stopping = DbtProject(project.path, {"quarantine_rate_max": 0.0001})
    result = stopping.build("--dbt", "v2")
    assert result.returncode == 1
    assert project.published.read_bytes() == before
    ((kept,),) = project.rows("select count(*) from failures.assert_quarantine_rate_below_maximum")
    assert kept > 1
    failure = f"assert_quarantine_rate_below_maximum: {kept} rows do not hold (its rows: "
    assert failure in result.stdout
    assert result.stdout.splitlines()[-1].endswith("stays as it was.")


def test_missing_raw_tables_are_named(built_by_v2: Built, tmp_path: Path) -> None:
    result = DbtProject(tmp_path, {"crm_location": "nope"}).build("--dbt", "v2")
    assert result.returncode == 1
    assert "- crm.clients was not found at nope." in result.stdout
    assert "do not fit the input contract. Nothing was published" in result.stdout


def test_without_it_the_way_to_get_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIVE_CLIENTS_DBT_V2", "/nowhere/dbt")
    with pytest.raises(ProjectError, match="not found at /nowhere/dbt; run scripts/setup_dbt2"):
        find_dbt_v2()
