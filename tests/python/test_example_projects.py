"""The projects in `examples/` build by the commands of their READMEs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from active_clients.project import ROOT
from conftest import Built, DbtProject, table_hashes
from test_package import RootProject

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/dbt_project.yml"))


def example(name: str, folder: Path) -> RootProject:
    """A copy of an example, built as its README says."""
    shutil.copytree(ROOT / "examples" / name, folder, dirs_exist_ok=True)
    for file in ("packages.yml", "dbt_project.yml"):
        text = (folder / file).read_text()
        (folder / file).write_text(re.sub(r"(?<=: )\.\./\.\.", str(ROOT), text))
    project = RootProject(folder)
    readme = (folder / "README.md").read_text()
    commands = re.findall(r"^\$ \.\./\.\./\.venv/bin/dbt (.+)$", readme, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["deps", "build"]
    for command in commands:
        project.dbt(*command.split())
    return project


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_copy_would_be_all_that_is_needed(name: str) -> None:
    """Nothing in it but what its README tells to change leads out of it."""
    folder = ROOT / "examples" / name
    leading_out = {
        path.name
        for path in folder.rglob("*")
        if path.suffix in {".yml", ".sql", ".md"} and "../.." in path.read_text()
    }
    assert leading_out == {"README.md", "packages.yml", "dbt_project.yml"}


def test_marts_from_a_company_s_models_are_those_of_the_files(built: Built, tmp_path: Path) -> None:
    project = example("company_models", tmp_path)
    assert project.rows("select count(*) > 0 from clients_to_call") == [(True,)]
    schemas = project.rows("select distinct table_schema from information_schema.tables")
    assert ("main_landing",) in schemas
    marts, here = table_hashes(project.database), table_hashes(built.project.database)
    assert len(here) > 60
    assert {name for name, rows in here.items() if marts[name] != rows} == set()


def test_marts_of_usage_alone_are_those_of_a_build_here(tmp_path: Path) -> None:
    project = example("usage_only", tmp_path / "company")
    variables = yaml.safe_load((project.path / "dbt_project.yml").read_text())["vars"]
    here = DbtProject(tmp_path / "here")
    here.use_own_raw_tables()
    here.vars |= {k: v for k, v in variables["active_clients"].items() if k.endswith("_enabled")}
    for table in ("clients", "usage_events"):
        shutil.copy(ROOT / f"seeds/demo/{table}.csv", here.path / "raw")
    here.dbt("build", "--exclude-resource-type", "unit_test", "test")
    marts = table_hashes(project.database)
    assert marts == table_hashes(here.database)
    assert marts["fct_user_activity_daily"][0] > 1000
