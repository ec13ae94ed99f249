"""The project keeps its own rules: see docs/decisions and CONTRIBUTING.md."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from active_clients.project import ROOT
from conftest import parsed_project

FOLDERS = {
    "dashboards",
    "docs",
    "examples",
    "expectations",
    "macros",
    "models",
    "scripts",
    "seeds",
    "tests",
}
PII_LEVELS = {"pseudonymous", "direct"}
SHORT_TEXT = 25  # shorter ones are no longer than the name of a block
OFTEN = 3
LONGEST_NAME = 63  # dbt makes a relation of it
# A judged row says whose it is and whether it counts. Who asks the identities, and why:
READS_IDENTITIES = {
    "dim_clients": "counts the clients that were merged",
    "dim_client_versions": "gives clients of then the versions of those of now",
    "dim_users": "lists users, which the table of users cannot tell apart by itself",
    "fct_next_best_actions": "counts contacts with internal users of a client too",
    "fct_quarantined_rows": "lets usage heal when its client arrives",
    "fct_usage_daily": "follows merges without reading usage again",
    "int_client_alerts": "follows clients of then into those of now",
    "int_client_profiles": "lists the clients that count",
    "int_clients_known": "knows a client from the first sign of all that were merged with it",
    "int_clients": "lists clients, whose rows the identities are made of",
    "int_locked_subscription_mrr": "follows a merge known then to where its chain ends now",
    "int_referrals": "looks up the client that was referred",
    "int_restated_subscriptions": "asks today who was reported then",
    "int_usage_events": "knows a day again when its client arrives",
    "int_usage_events_quarantined": "knows a day again when its client arrives",
}
CLOCKS = re.compile(
    r"\b(?:(?:current_(?:date|time|timestamp)|localtime(?:stamp)?|getdate|sysdate)\b"
    r"|(?:now|today)\s*\()",
    re.IGNORECASE,
)


@cache
def parsed() -> tuple[str, str]:
    """What `dbt parse` makes of the project with every table switched on."""
    _, artifacts = parsed_project(())
    return artifacts["manifest.json"], artifacts["semantic_manifest.json"]


@cache
def parsed_manifest() -> dict[str, Any]:
    """Its models, tests and metrics."""
    manifest: dict[str, Any] = json.loads(parsed()[0])
    return manifest


def semantic_manifest() -> str:
    """Its metrics as MetricFlow reads them."""
    return parsed()[1]


def models() -> dict[str, dict[str, Any]]:
    """The models by name."""
    return {
        node["name"]: node
        for node in parsed_manifest()["nodes"].values()
        if node["resource_type"] == "model"
    }


def marts() -> dict[str, dict[str, Any]]:
    """The models that everybody may read, by name."""
    return {name: node for name, node in models().items() if node["access"] == "public"}


def sql_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.sql"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_comments(sql: str) -> str:
    """The code of a file: a comment may name what the code must not."""
    return re.sub(r"--[^\n]*", "", re.sub(r"\{#.*?#\}", "", sql, flags=re.DOTALL))


def var_arguments(sql: str) -> Iterator[str]:
    """What stands between the brackets of every call of `var`."""
    for match in re.finditer(r"(?<![\w.])var\(", sql):
        depth, end = 1, match.end()
        while depth and end < len(sql):
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield sql[match.end() : end - 1]


def has_second_argument(arguments: str) -> bool:
    """Whether a comma stands outside of all brackets."""
    depth = 0
    for character in arguments:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            return True
    return False


def test_no_file_lies_in_a_folder_of_no_purpose() -> None:
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files"]
    listed = subprocess.run(command, check=False, capture_output=True, text=True)
    if listed.returncode or not listed.stdout:
        pytest.skip("not a clone: what belongs to the project cannot be told")
    files = listed.stdout.splitlines()
    folders = {file.partition("/")[0] for file in files if "/" in file}
    assert {folder for folder in folders if not folder.startswith(".")} == FOLDERS


def test_every_model_has_a_yml_of_its_own() -> None:
    described = {
        name: Path(node["original_file_path"]).with_suffix(".yml").as_posix()
        == (node["patch_path"] or "").split("://")[-1]
        for name, node in models().items()
    }
    lonely = sorted(name for name, is_beside in described.items() if not is_beside)
    assert lonely == [], "these models are not described in a .yml of the same stem beside them"


def test_every_model_outside_staging_opens_with_its_grain() -> None:
    without = [
        relative(path)
        for path in sql_files("models")
        if not path.is_relative_to(ROOT / "models/staging")
        and not path.read_text().startswith("-- Grain: ")
    ]
    assert without == [], "the first line of these models is not `-- Grain: one row per ...`"


def test_a_default_lives_in_dbt_project_yml_alone() -> None:
    offenders = [
        f"{relative(path)}: var({arguments})"
        for path in sql_files("models", "macros", "tests")
        for arguments in var_arguments(without_comments(path.read_text()))
        if has_second_argument(arguments)
        and not (path.is_relative_to(ROOT / "macros") and "'flag'" in arguments)
    ]
    assert offenders == [], "a second argument of var() is a second home for a default"


def test_no_model_reads_the_clock() -> None:
    offenders = [
        f"{relative(path)}: {match.group(0)}"
        for path in sql_files("models", "macros", "tests/singular", "tests/generic")
        for match in CLOCKS.finditer(without_comments(path.read_text()))
    ]
    assert offenders == [], "as_of_date is the only today"


def test_whether_a_row_counts_is_said_by_the_row() -> None:
    identities = re.compile(r"ref\('active_clients', 'int_(?:client|user)_identities'\)")
    asking = {
        path.stem
        for path in sql_files("models")
        if identities.search(without_comments(path.read_text()))
    }
    assert sorted(asking - set(READS_IDENTITIES)) == [], (
        "take canonical_client_id and exclusion_reason from the judged row"
    )
    assert sorted(set(READS_IDENTITIES) - asking) == []


def test_every_mart_column_is_documented_and_tagged_where_it_is_personal() -> None:
    undocumented, mistagged = [], []
    for mart, node in marts().items():
        for column in node["columns"].values():
            meta = {**column.get("meta", {}), **column.get("config", {}).get("meta", {})}
            if not column["description"].strip():
                undocumented.append(f"{mart}.{column['name']}")
            if meta.get("pii", "direct") not in PII_LEVELS:
                mistagged.append(f"{mart}.{column['name']}")
    assert undocumented == [], "these columns have no description"
    assert mistagged == [], f"meta.pii of these columns is not one of {sorted(PII_LEVELS)}"


def test_names_of_unit_tests_fit_into_postgres() -> None:
    names = [test["name"] for test in parsed_manifest()["unit_tests"].values()]
    assert [name for name in names if len(name) > LONGEST_NAME] == []


def test_what_is_said_of_a_column_is_said_once() -> None:
    said: dict[tuple[str, str], list[str]] = {}
    for path in sorted((ROOT / "models").rglob("*.yml")):
        if path.name.startswith("_"):
            continue
        for model in yaml.safe_load(path.read_text()).get("models", []):
            for column in model.get("columns", []):
                text = column.get("description", "")
                if len(text) >= SHORT_TEXT and "doc(" not in text:
                    said.setdefault((column["name"], text.strip()), []).append(model["name"])
    repeated = {said: models for said, models in said.items() if len(models) >= OFTEN}
    assert repeated == {}, "make them a block of models/columns.md and ask for it with doc()"


def test_every_mart_is_described_and_has_its_grain_tested() -> None:
    tested = {
        node["attached_node"]
        for node in parsed_manifest()["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "has_grain"
    }
    assert [name for name, node in marts().items() if not node["description"].strip()] == []
    assert [name for name, node in marts().items() if node["unique_id"] not in tested] == []


def test_every_mart_that_says_active_names_the_definition() -> None:
    columns_of = {name: set(node["columns"]) for name, node in marts().items()}
    of_activity = {
        name
        for name, node in marts().items()
        if name.startswith("fct_usage_retention")
        or (node["fqn"][1] == "activity" and name.startswith("fct_"))
    }
    says_active = {
        name
        for name, columns in columns_of.items()
        if columns & {"is_active", "active_user_count", "active_client_count", "lifecycle_status"}
    }
    assert {"fct_onboarding_funnel", "fct_client_months"} <= of_activity | says_active
    # What was used, by whichever definition; reports are by the default one.
    counted = (of_activity | says_active) - {"fct_usage_daily", "rpt_clients", "rpt_months"}
    assert sorted(name for name in counted if "definition_id" not in columns_of[name]) == []


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("{{ var('a') }}", False),
        ("{{ var('a', 1) }}", True),
        ("{{ number_var('a', 1) }}", False),
        ("{{ var(names.get('a', '')) }}", False),
        ("{{ var(names.get('a', ''), true) }}", True),
    ],
)
def test_a_second_argument_is_recognised(sql: str, found: bool) -> None:
    assert any(has_second_argument(arguments) for arguments in var_arguments(sql)) is found


def test_a_clock_is_recognised() -> None:
    assert CLOCKS.search("select current_date")
    assert CLOCKS.search("where occurred_at < NOW()")
    assert not CLOCKS.search("select known_at, current_dates from today")


def test_every_ref_names_the_package() -> None:
    """In a project that has a model of the same name, dbt would read that one."""
    # A raw table may be a model of another project: that is what the variable is for.
    not_ours = {"location.place"}
    files = sql_files("models", "macros", "tests/generic", "tests/singular")
    files += [
        path for folder in ("models", "seeds", "tests") for path in (ROOT / folder).rglob("*.yml")
    ]
    alone = []
    for path in files:
        for argument in re.findall(
            r"(?<![\w.])ref\(([^()]*)\)", without_comments(path.read_text())
        ):
            if "," not in argument and argument.strip() not in not_ours:
                alone.append(f"{relative(path)}: ref({argument})")
    assert sorted(alone) == []
