"""Another project can install this one and build on its marts."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from active_clients.dbt_runs import find_dbt_v2
from active_clients.metrics import Engine, Question
from active_clients.project import ROOT, ProjectError
from conftest import SOURCES, Built, DbtProject, table_hashes
from test_docs import section

BRING_YOUR_OWN_DATA = ROOT / "docs/bring_your_own_data.md"
# Of the metrics that are off.
WARN_ERROR = '{"error": "all", "silence": ["MFConverterIssue"]}'


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
        flags = {"send_anonymous_usage_stats": False} | configuration.pop("flags", {})
        self.write_yaml("dbt_project.yml", needed | {"flags": flags} | configuration)


def documented_yaml() -> list[Any]:
    """What the documents tell the owner of such a project to write: configuration and metrics."""
    blocks = re.findall(
        r"```yaml\n(.*?)```", section(BRING_YOUR_OWN_DATA, "As a package"), re.DOTALL
    )
    return [yaml.safe_load(block) for block in blocks]


def packaged(path: Path) -> RootProject:
    """A root project that names this one and says where the raw tables are, as documented."""
    project = RootProject(path)
    output = {"type": "duckdb", "path": str(project.database), "schema": "main", "threads": 2}
    outputs = {"duckdb": output | {"settings": {"TimeZone": "UTC"}}}
    project.write_yaml("profiles.yml", {"company": {"target": "duckdb", "outputs": outputs}})
    project.write_yaml("packages.yml", {"packages": [{"local": str(ROOT)}]})
    project.configure(**documented_configuration())
    return project


def documented_configuration() -> dict[str, Any]:
    """The documents' dbt_project.yml, on the demo."""
    configuration, _ = documented_yaml()
    assert set(configuration["vars"]["active_clients"]) == {f"{name}_location" for name in SOURCES}
    return configuration | {"vars": {"active_clients": demo_locations()}}


@pytest.fixture
def root_project(tmp_path: Path) -> RootProject:
    project = packaged(tmp_path)
    project.dbt("deps")
    return project


class RootProjectOnV2(RootProject):
    """Such a project that dbt v2 builds."""

    def dbt(self, *command: str, check: bool = True) -> Any:
        program, variables = find_dbt_v2()
        done = subprocess.run(
            [program, *command],
            cwd=self.path,
            env={**os.environ, **variables, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return done


@pytest.fixture
def root_project_on_v2(tmp_path: Path) -> RootProject:
    try:
        find_dbt_v2()
    except ProjectError as error:
        pytest.skip(str(error))
    packaged(tmp_path)
    project = RootProjectOnV2(tmp_path)
    project.configure(**configuration_on_v2())
    project.dbt("deps")
    return project


def configuration_on_v2() -> dict[str, Any]:
    """The documents' configuration without what is for 1.12 only."""
    only_on_1 = {"metrics", "saved-queries"}
    return {k: v for k, v in documented_configuration().items() if k not in only_on_1}


def demo_locations() -> dict[str, str]:
    return {f"{name}_location": str(ROOT / "seeds/demo/{name}.csv") for name in SOURCES}


def test_marts_build_in_another_project_as_the_documents_say(root_project: RootProject) -> None:
    _, own_metrics = documented_yaml()
    root_project.write_yaml("models/own.yml", own_metrics)
    movements = "{{ ref('active_clients', 'fct_mrr_movements') }}"
    own_mart = f"select sum(mrr_change_amount) as mrr from {movements}"
    (root_project.path / "models/own_mart.sql").write_text(own_mart)
    selected = ("--select", "+own_mart", "--indirect-selection", "buildable")
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


def test_a_misspelt_variable_stops_a_project_that_installs_this_one(
    root_project: RootProject,
) -> None:
    configuration = documented_configuration()
    configuration["vars"]["active_clients"]["nps_windw_days"] = 30
    root_project.configure(**configuration | {"vars": {**configuration["vars"], "own_days": 7}})
    own = ("--vars", "{other_days: 7, gross_margin_rate: 80}")
    result = root_project.dbt("run", "--select", "as_of", *own, check=False)
    assert not result.success
    assert "There is no variable nps_windw_days; did you mean nps_window_days?" in str(
        result.exception
    )
    assert "The variable gross_margin_rate is 80; it must be" in str(result.exception)
    assert "own_days" not in str(result.exception)
    assert "other_days" not in str(result.exception)


def test_marts_and_metrics_build_in_another_project_on_v2(
    root_project_on_v2: RootProject, tmp_path: Path
) -> None:
    selected = ("--select", "+fct_mrr_movements", "--indirect-selection", "buildable")
    # Twice: the second load adds to incremental models.
    for _ in range(2):
        root_project_on_v2.dbt("build", *selected, "--exclude-resource-type", "unit_test")
    [(total,)] = root_project_on_v2.rows(
        "select sum(mrr_change_amount) from marts.fct_mrr_movements"
    )
    assert total > 0

    this_project = DbtProject(tmp_path / "this_project").parsed()
    engine, engine_here = (
        Engine((project.path / "target/semantic_manifest.json").read_text())
        for project in (root_project_on_v2, this_project)
    )
    assert list(engine.metric_names()) == list(engine_here.metric_names())
    assert engine.saved_query_names() == engine_here.saved_query_names()
    question = Question(metrics=["net_new_mrr"], group_by=["metric_time__month"])
    with duckdb.connect(str(root_project_on_v2.database), read_only=True) as connection:
        answer = connection.execute(engine.sql(question)).fetchall()
    assert sum(mrr for _, mrr in answer) == total


def test_a_wrong_value_stops_such_a_project_on_v2(root_project_on_v2: RootProject) -> None:
    own = ("--vars", "{internal_email_domains: acme.com, gross_margin_rate: 80}")
    result = root_project_on_v2.dbt("run", "--select", "as_of", *own, check=False)
    assert result.returncode != 0
    assert "internal_email_domains is 'acme.com'; it must be a list" in result.stdout
    assert "gross_margin_rate is 80; it must be a number from 0 to 1" in result.stdout


def test_v2_still_doubles_the_folder_of_a_package_s_seeds(root_project_on_v2: RootProject) -> None:
    """dbt-core#16128. When this fails, macros/materializations/duckdb__load_csv_rows.sql can go."""
    configuration = configuration_on_v2()
    del configuration["dispatch"]
    root_project_on_v2.configure(**configuration)
    result = root_project_on_v2.dbt("seed", "--select", "billing_intervals", check=False)
    assert result.returncode != 0, "dbt-core#16128 is mended: see docs/bring_your_own_data.md"
    assert "dbt_packages/active_clients/" * 2 + "seeds/reference" in result.stdout


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


def test_names_of_a_company_s_own_change_nothing_here(
    root_project: RootProject, built: Built
) -> None:
    """Models, sources, seeds and macros of the same names: both are built, each from its own."""
    root_project.configure(
        **documented_configuration(),
        models={"company": {"+schema": "own"}},
        seeds={"company": {"+schema": "own"}},
    )
    own = {
        "models/dim_clients.sql": "select 'ours' as client_id",
        "models/int_clients.sql": "select 1 as one",
        "models/stg_crm__clients.sql": "select * from {{ ref('clients') }}",
        "models/as_of.sql": "select date '1999-01-01' as as_of_date",
        "models/reads.sql": "select * from {{ ref('dim_clients') }}, {{ ref('stg_crm__clients') }}",
        "models/sources.yml": yaml.safe_dump(
            {"sources": [{"name": "crm", "tables": [{"name": "clients"}]}]}
        ),
        "seeds/clients.csv": "id\n7\n",
        "seeds/plan_margins.csv": "plan,margin\nx,1\n",
        "macros/same.sql": "".join(
            f"{{% macro {name} %}}hijacked{{% endmacro %}}"
            for name in ("rate(a, b)", "clean_text(a)", "raw_location(a, b)", "wilson(a, b)")
        ),
    }
    for path, text in own.items():
        (root_project.path / path).parent.mkdir(exist_ok=True)
        (root_project.path / path).write_text(text)
    selected = ("--select", "+active_clients.clients.dim_clients", "package:company")
    done = root_project.dbt(
        "build", *selected, "--indirect-selection", "buildable", "--warn-error-options", WARN_ERROR
    )
    assert {result.status for result in done.result} <= {"success", "pass"}
    assert root_project.rows("select * from main_own.reads") == [("ours", 7)]
    here = table_hashes(built.project.database)["dim_clients"]
    assert table_hashes(root_project.database)["dim_clients"] == here
