"""Another project can install this one and build on its marts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from active_clients.metrics import Engine, Question
from active_clients.project import ROOT
from conftest import SOURCES, DbtProject
from test_docs import section

BRING_YOUR_OWN_DATA = ROOT / "docs/bring_your_own_data.md"


class RootProject(DbtProject):
    """A project of another name that has this one as a package."""

    @property
    def environment(self) -> dict[str, str]:
        own = {"DBT_PROJECT_DIR": str(self.path), "DBT_PROFILES_DIR": str(self.path)}
        return super().environment | own

    def write_yaml(self, name: str, content: Any) -> None:
        (self.path / name).parent.mkdir(exist_ok=True)
        (self.path / name).write_text(yaml.safe_dump(content))

    def configure(self, **configuration: Any) -> None:
        """Write dbt_project.yml."""
        needed = {"name": "company", "version": "1.0.0", "profile": "company"}
        flags = {"flags": {"send_anonymous_usage_stats": False}}
        self.write_yaml("dbt_project.yml", needed | flags | configuration)


def documented_yaml() -> list[Any]:
    """What the documents tell the owner of such a project to write: configuration and metrics."""
    blocks = re.findall(
        r"```yaml\n(.*?)```", section(BRING_YOUR_OWN_DATA, "As a package"), re.DOTALL
    )
    return [yaml.safe_load(block) for block in blocks]


@pytest.fixture
def root_project(tmp_path: Path) -> RootProject:
    project = RootProject(tmp_path)
    output = {"type": "duckdb", "path": str(project.database), "schema": "main", "threads": 2}
    outputs = {"duckdb": output | {"settings": {"TimeZone": "UTC"}}}
    project.write_yaml("profiles.yml", {"company": {"target": "duckdb", "outputs": outputs}})
    project.write_yaml("packages.yml", {"packages": [{"local": str(ROOT)}]})
    configuration, _ = documented_yaml()
    assert set(configuration["vars"]["active_clients"]) == {f"{name}_location" for name in SOURCES}
    project.configure(**configuration | {"vars": {"active_clients": demo_locations()}})
    project.dbt("deps")
    return project


def demo_locations() -> dict[str, str]:
    return {f"{name}_location": str(ROOT / "seeds/demo/{name}.csv") for name in SOURCES}


def test_marts_build_in_another_project_as_the_documents_say(root_project: RootProject) -> None:
    _, own_metrics = documented_yaml()
    root_project.write_yaml("models/own.yml", own_metrics)
    movements = "{{ ref('active_clients', 'fct_mrr_movements') }}"
    own_mart = f"select sum(mrr_change_amount) as mrr from {movements}"
    (root_project.path / "models/own_mart.sql").write_text(own_mart)
    selected = ("--select", "+own_mart", "--indirect-selection", "cautious")
    root_project.dbt("build", *selected, "--exclude-resource-type", "unit_test")

    [(total,)] = root_project.rows("select sum(mrr_change_amount) from marts.fct_mrr_movements")
    assert total > 0
    assert root_project.rows("select mrr from own_mart") == [(total,)]

    engine = Engine((root_project.path / "target/semantic_manifest.json").read_text())
    assert list(engine.metric_names()) == ["our_net_new_mrr"]
    question = Question(metrics=["our_net_new_mrr"], group_by=["metric_time__month"])
    with duckdb.connect(str(root_project.database), read_only=True) as connection:
        answer = connection.execute(engine.sql(question)).fetchall()
    assert sum(mrr for _, mrr in answer) == total


def test_dbt_still_looks_for_a_package_s_metrics_in_the_root(root_project: RootProject) -> None:
    """dbt-core#16142. When this fails, dbt is mended and decision 25 and its switch can go."""
    root_project.configure(vars={"active_clients": demo_locations()})
    root_project.dbt("parse")
    result = root_project.dbt("compile", "--select", "dim_clients", check=False)
    assert not result.success, "dbt-core#16142 is mended: see decision 25"
    assert re.search(
        r"'metric\.active_clients\.\w+' depends on 'semantic_model\.company\.\w+'"
        " which is not in the graph",
        str(result.exception),
    )
