"""What the scripts know about the project: its variables, raw tables and marts."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml
from jinja2 import Environment, StrictUndefined, Template

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PUBLISHED_FILE = Path("warehouse/active_clients.duckdb")
SOURCES = ("crm", "product", "billing", "feedback", "support")


class ProjectError(Exception):
    """Something a person can put right; the message says what, where and how."""


class VariablesError(ProjectError):
    """Variables that do not exist, or with values they cannot have: all of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("the variables cannot be used (what each takes: docs/configuration.md)")
        self.lines = [f"- {problem}" for problem in problems]


def database_path() -> Path:
    """The private file that dbt builds in."""
    return ROOT / os.environ.get("ACTIVE_CLIENTS_DATABASE", "target/build.duckdb")


def target_path() -> Path:
    """Where dbt and the other tools leave their artifacts."""
    return ROOT / os.environ.get("DBT_TARGET_PATH", "target")


def log_path() -> Path:
    """Where dbt logs."""
    return ROOT / os.environ.get("DBT_LOG_PATH", "logs")


def project_version() -> str:
    """The version in dbt_project.yml."""
    return str(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["version"])


def read_vars(overrides: str = "") -> dict[str, Any]:
    """The variables of dbt_project.yml, with those of `--vars` (YAML) on top."""
    defaults = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    try:
        given = yaml.safe_load(overrides) if overrides else {}
    except (yaml.YAMLError, ValueError) as error:
        raise ProjectError(f"--vars is not YAML: {error}") from error
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given):
        raise ProjectError("--vars must be a YAML mapping, such as '{as_of_date: 2025-06-30}'")
    variables = {**defaults, **given}
    if problems := variable_problems(variables):
        raise VariablesError(problems)
    return variables


@cache
def _variable_macros() -> Any:
    """The macros that say what variables take: dbt asks the same ones."""
    jinja = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 (writes no HTML)
    jinja.globals |= {
        "fromjson": json.loads,
        "modules": {"re": re, "pytz": {"all_timezones": sorted(available_timezones())}},
    }
    files = sorted((ROOT / "macros/sql/vars").glob("*.sql"))
    return jinja.from_string("".join(file.read_text() for file in files)).module


def variable_rules() -> dict[str, dict[str, Any]]:
    """What each variable takes and means."""
    rules: dict[str, dict[str, Any]] = json.loads(_variable_macros().variable_rules())
    return rules


def variable_wants(rule: dict[str, Any]) -> str:
    """What a variable takes, in words."""
    return str(_variable_macros().variable_wants(rule))


def variable_problems(variables: dict[str, Any]) -> list[str]:
    """A line for each name that is no variable and each value that its variable cannot have."""
    lines = str(_variable_macros().variable_problems(sorted(variables), variables)).splitlines()
    return [line for line in lines if line]


@dataclass(frozen=True)
class RawTable:
    """One table of the input contract."""

    source: str
    name: str
    columns: dict[str, str]
    kind: str
    location: str
    enabled: bool
    has_direct_pii: bool

    @property
    def label(self) -> str:
        """`source.table`, as the suites are named."""
        return f"{self.source}.{self.name}"

    @property
    def relation(self) -> str:
        """What to select its rows from, on DuckDB."""
        if self.kind == "files":
            return str(_location_macros({}).duckdb__raw_files(self.location))
        return _relation_of(self.location) if self.kind == "model" else _quoted(self.location)


def _quoted(name: str) -> str:
    """A dotted name, each part between double quotes."""
    return ".".join(f'"{part}"' for part in name.split("."))


def _relation_of(model: str) -> str:
    """The relation of a model that a raw table is, as dbt has read the project."""
    kinds = {"model", "seed", "snapshot"}
    for node in read_manifest()["nodes"].values():
        if node["name"] == model and node["resource_type"] in kinds:
            return _quoted(f"{node['schema']}.{node['alias']}")
    raise ProjectError(f"the project has no model {model}, which a location variable names")


def _meta(entry: dict[str, Any]) -> dict[str, Any]:
    """The meta of a yml entry or manifest column, wherever it was put."""
    return {**entry.get("meta", {}), **entry.get("config", {}).get("meta", {})}


def _is_true(value: Any) -> bool:
    return str(value).strip().lower() == "true"


class _Returned(Exception):  # noqa: N818 (ends a macro, as dbt's own does)
    """What a macro returns."""


def _return(value: Any) -> None:
    raise _Returned(value)


@cache
def _location_template() -> Template:
    jinja = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (writes SQL, no HTML)
    jinja.globals |= {"return": _return, "target": {"type": "duckdb"}}
    files = [ROOT / f"macros/contract/{name}.sql" for name in ("raw_location", "duckdb__raw_files")]
    return jinja.from_string("".join(file.read_text() for file in files))


def _location_macros(variables: dict[str, Any]) -> Any:
    """The macros that say where raw tables are, on DuckDB: dbt asks the same ones."""
    return _location_template().make_module({"var": variables.__getitem__})


def _raw_location(source: str, table: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Where a raw table is."""
    try:
        _location_macros(variables).raw_location(source, table)
    except _Returned as returned:
        location: dict[str, Any] = returned.args[0]
        return location
    raise AssertionError("raw_location returned nothing")


def raw_tables(variables: dict[str, Any]) -> list[RawTable]:
    """The input contract, read from the sources' yml, with where the variables say it is."""
    tables = []
    for path in sorted((ROOT / "models/staging").glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text())["sources"]:
            for table in source["tables"]:
                location = _raw_location(source["name"], table["name"], variables)
                columns = table["columns"]
                flag = _meta(table).get("flag")
                tables.append(
                    RawTable(
                        source=source["name"],
                        name=table["name"],
                        columns={c["name"]: c["data_type"] for c in columns},
                        kind=location["kind"],
                        location=location["place"],
                        enabled=flag is None or _is_true(variables[flag]),
                        has_direct_pii=any(_meta(c).get("pii") == "direct" for c in columns),
                    )
                )
    return tables


@dataclass(frozen=True)
class Mart:
    """One mart as the manifest describes it."""

    name: str
    schema: str
    description: str
    columns: dict[str, dict[str, Any]]
    raw_tables: frozenset[str] = frozenset()

    def column_meta(self, column: str) -> dict[str, Any]:
        """The meta of one column."""
        return _meta(self.columns[column])


@cache
def read_manifest(path: Path | None = None) -> dict[str, Any]:
    """The manifest that the last dbt command left."""
    path = path or target_path() / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise ProjectError(f"{path} is missing; run scripts/build first") from error
    return manifest


def _is_mart(node: dict[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["config"]["access"] == "public")


# Read by everything for its one day: what it is made from is no reason to be empty.
CLOCK = "model.active_clients.as_of"


def _raw_tables_behind(node_id: str, found: dict[str, frozenset[str]]) -> frozenset[str]:
    """The raw tables that a node is made from, as `source.table`."""
    if node_id.startswith("source."):
        return frozenset([".".join(node_id.split(".")[2:])])
    if node_id not in found:
        parents = read_manifest()["parent_map"].get(node_id, []) if node_id != CLOCK else []
        found[node_id] = frozenset().union(*(_raw_tables_behind(p, found) for p in parents))
    return found[node_id]


def marts() -> list[Mart]:
    """The marts that are switched on, by name."""
    behind: dict[str, frozenset[str]] = {}
    found = [
        Mart(
            node["name"],
            node["schema"],
            node["description"],
            node["columns"],
            _raw_tables_behind(node_id, behind),
        )
        for node_id, node in read_manifest()["nodes"].items()
        if _is_mart(node)
    ]
    return sorted(found, key=lambda mart: mart.name)


def disabled_marts() -> set[str]:
    """Names of the marts that the variables switch off."""
    disabled = read_manifest()["disabled"].values()
    return {node["name"] for nodes in disabled for node in nodes if _is_mart(node)}
