"""Runs dbt for a build: v1 in this process, v2 as the program it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import yaml

from active_clients.children import start
from active_clients.machine import thread_options
from active_clients.private import without_rows
from active_clients.project import (
    ROOT,
    ProjectError,
    log_path,
    read_manifest,
    read_vars,
    target_path,
)

CONTRACT = "The raw tables do not fit the input contract"
# What the macro say_what_is_recounted says; v2 prints it among other lines.
RECOUNTED = " days are counted again"


class BuildError(Exception):
    """A check did not pass: the lines are details, the message ends the output."""

    def __init__(self, message: str, lines: list[str] | None = None) -> None:
        super().__init__(message)
        self.lines = lines or []


class ContractError(BuildError):
    """A raw table or a column of the input contract is missing."""

    def __init__(self, messages: list[str]) -> None:
        found = [line.strip() for message in messages for line in message.splitlines()]
        problems = [line for line in found if line.startswith("- ")]
        super().__init__("the raw tables do not fit the input contract", problems or found)


class NodesFailedError(BuildError):
    """Models or tests failed, or did not do."""

    def __init__(self, nodes: list[FailedNode]) -> None:
        super().__init__(f"{len(nodes)} models or tests failed")
        self.nodes = nodes


@dataclass(frozen=True)
class FailedNode:
    """A model or test that failed; a test may have kept its rows in a relation."""

    name: str
    status: str
    message: str
    relation: str | None = None


class Dbt(Protocol):
    """What a build asks of dbt, whichever it is."""

    # What macros said of the data during the build.
    said: list[str]

    def read_project(self) -> None:
        """Read the project and stop when a raw table or a column is missing."""

    def build(self, full_refresh: bool, unit_tests: bool, events: int) -> None:
        """Build and test everything; unit tests ask about the code, not about the data."""


def build_options(full_refresh: bool, unit_tests: bool, events: int) -> list[str]:
    """The options of a build that both versions of dbt take."""
    options = thread_options(events) + (["--full-refresh"] if full_refresh else [])
    return options + ([] if unit_tests else ["--exclude-resource-type", "unit_test"])


def warned_tests() -> dict[str, str]:
    """The tests of the last build that warn, with the SQL that finds their rows."""
    results = json.loads((target_path() / "run_results.json").read_text())["results"]
    nodes = read_manifest()["nodes"]
    warned = {}
    for result in results:
        node = nodes.get(result["unique_id"])
        if node and result["status"] == "warn":
            compiled = target_path() / "compiled" / node["package_name"]
            files = list(compiled.rglob(f"{node['name']}.sql"))
            sql = result.get("compiled_code") or (files[0].read_text() if files else "")
            warned[node["name"]] = sql
    return warned


def log_hint() -> str:
    """Where the details are."""
    return f"details: {log_path() / 'dbt.log'}"


class DbtV1:
    """dbt Core in this process, quiet: its log file has what it says."""

    def __init__(self, vars_text: str, verbose: bool) -> None:
        # dbt's own log file renders every line of its debugging before it leaves them out.
        self._options = ["--log-level", "info" if verbose else "none", "--log-level-file", "none"]
        self._vars = ["--vars", vars_text] if vars_text else []
        self._manifest: Any = None
        log_path().mkdir(parents=True, exist_ok=True)
        self._log = (log_path() / "dbt.log").open("w", buffering=1)
        self.errors: list[str] = []
        self.said: list[str] = []

    def _note(self, event: Any) -> None:
        """Log what dbt says, and keep what went wrong: not every result carries it."""
        if event.info.level == "debug":
            return
        said = without_rows(event.info.msg)
        self._log.write(f"{datetime.now(UTC):%H:%M:%S} [{event.info.level:5}] {said}\n")
        if event.info.level == "error":
            self.errors.append(said)
        elif event.info.name == "JinjaLogInfo":
            self.said.append(event.info.msg)

    def invoke(self, *command: str) -> Any:
        """Run one dbt command."""
        from dbt.cli.main import dbtRunner

        self.errors = []
        runner = dbtRunner(manifest=self._manifest, callbacks=[self._note])
        return runner.invoke([*self._options, *command, *self._vars])

    def read_project(self) -> None:
        """Read the project, once for all commands, and look for the raw tables."""
        result = self.invoke("parse")
        if not result.success:
            # What dbt kept of an earlier reading may be at fault: after changes to macros it finds
            # metrics twice.
            result = self.invoke("parse", "--no-partial-parse")
        if not result.success:
            raise BuildError(f"dbt cannot read the project: {result.exception}")
        self._manifest = result.result
        result = self.invoke("run-operation", "check_input_contract", "--no-write-json")
        self._let_go_of_database()
        if result.success:
            return
        if any(CONTRACT in error for error in self.errors):
            raise ContractError(self.errors)
        reason = result.exception or "; ".join(self.errors)
        raise BuildError(f"dbt cannot look for the raw tables: {reason}; {log_hint()}")

    def build(self, full_refresh: bool, unit_tests: bool, events: int) -> None:
        """Build and test everything."""
        result = self.invoke("build", *build_options(full_refresh, unit_tests, events))
        failed: list[FailedNode] = []
        if result.exception is None and not result.success:
            failed = self._with_stored_rows(list(result.result))
        self._let_go_of_database()
        if failed:
            raise NodesFailedError(failed)
        if result.exception is not None:
            raise BuildError(f"dbt stopped: {result.exception}; {log_hint()}")

    def _with_stored_rows(self, results: list[Any]) -> list[FailedNode]:
        """Run the tests that failed once more, keeping the rows: it is dear for all of them."""
        failed = [r for r in results if r.status in {"error", "fail"}]
        names = [r.node.name for r in failed if r.node.resource_type == "test"]
        stored: dict[str, Any] = {}
        if names:
            again = self.invoke("test", "--store-failures", "--select", *names)
            stored = {r.node.name: r for r in again.result or [] if r.status == "fail"}
        return [
            FailedNode(
                result.node.name,
                str(result.status),
                str(result.message or ""),
                result.node.relation_name if result.node.name in stored else None,
            )
            for result in (stored.get(r.node.name, r) for r in failed)
        ]

    @staticmethod
    def _let_go_of_database() -> None:
        """dbt-duckdb keeps the file open, and no other process could read it."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()


def find_dbt_v2() -> tuple[str, dict[str, str]]:
    """The program of dbt v2, and the environment it needs; one of scripts/setup_dbt2 otherwise."""
    named = os.environ.get("ACTIVE_CLIENTS_DBT_V2")
    own = ROOT / ".venv-dbt2"
    program = Path(named) if named else own / "bin/dbt"
    if not program.is_file():
        raise ProjectError(
            f"dbt v2 was not found at {program}; run scripts/setup_dbt2, or name yours in "
            "ACTIVE_CLIENTS_DBT_V2"
        )
    # v2 takes fields of the semantic manifest that it does not know for faults, and warns of each.
    variables = {"DBT_ENGINE_NO_WARN_SEMANTIC_MANIFEST_VALIDATION": "1"}
    return str(program), variables if named else {
        **variables,
        "ADBC_DRIVER_PATH": str(own / "driver"),
    }


class DbtV2:
    """dbt v2, a process for each command: its log file has what it says."""

    # Lines of the stack that it prints below an error.
    _STACK = re.compile(r"\s*(\d+: |at \.?/)")

    def __init__(self, vars_text: str, verbose: bool) -> None:
        self._program, self._environment = find_dbt_v2()
        # All of them: v2 shows the configuration of metrics only those of the command line.
        self._vars = ["--vars", yaml.safe_dump(read_vars(vars_text), default_flow_style=True)]
        self._verbose = verbose
        self.said: list[str] = []

    def invoke(self, *command: str) -> tuple[int, list[str]]:
        """Run one dbt command; its exit code and the errors it printed."""
        target, logs = target_path(), log_path()
        paths = ["--target-path", str(target), "--log-path", str(logs), "--log-level-file", "info"]
        process = start(
            [self._program, *command, *self._vars, *paths, "--project-dir", str(ROOT)],
            cwd=ROOT,
            env={**os.environ, **self._environment, "DBT_PROFILES_DIR": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said, _ = process.communicate()
        if self._verbose:
            print(said, flush=True)
        self.said += [line for line in said.splitlines() if RECOUNTED in line]
        errors = said.partition("Errors and Warnings")[2] or said
        lines = errors.partition("Execution Summary")[0].splitlines()
        kept = [line for line in lines if line.strip(" =") and not self._STACK.match(line)]
        return process.returncode, kept

    def read_project(self) -> None:
        """Read the project and look for the raw tables, in one process."""
        # An operation leaves the manifests of the project as a command of its own would.
        code, errors = self.invoke("run-operation", "check_input_contract")
        if code and any(CONTRACT in line for line in errors):
            raise ContractError(errors)
        if code:
            raise BuildError(f"dbt cannot read the project; {log_hint()}", errors)

    def build(self, full_refresh: bool, unit_tests: bool, events: int) -> None:
        """Build and test everything."""
        results = target_path() / "run_results.json"
        results.unlink(missing_ok=True)
        # DuckDB reads the SQL anyway: v2's own reading of it takes longer than parsing the project.
        options = [*build_options(full_refresh, unit_tests, events), "--static-analysis", "off"]
        if "--threads" not in options:
            # v2 does not read the profile's, and would build side by side whatever is ready.
            options += ["--threads", os.environ.get("ACTIVE_CLIENTS_THREADS", "2")]
        code, errors = self.invoke("build", *options)
        if not code:
            return
        failed = self._failed(results)
        if not failed:
            raise BuildError(f"dbt stopped; {log_hint()}", errors)
        tests = {key: node for key, node in failed.items() if key.startswith("test.")}
        if tests:
            names = [node.name for node in tests.values()]
            self.invoke("test", "--store-failures", "--select", *names)
            failed |= self._failed(results, stored=True)
        raise NodesFailedError(list(failed.values()))

    @staticmethod
    def _failed(results: Path, stored: bool = False) -> dict[str, FailedNode]:
        """The nodes of the last run that failed, by their key; `stored` when it kept their rows."""
        if not results.exists():
            return {}
        read_manifest.cache_clear()
        manifest = read_manifest()
        nodes = {**manifest["nodes"], **manifest["unit_tests"]}
        failed = {}
        for result in json.loads(results.read_text())["results"]:
            node = nodes.get(result["unique_id"])
            if node is None or result["status"] not in {"error", "fail"}:
                continue
            message = result["message"] or ""
            if result["status"] == "fail" and result.get("failures"):
                message = f"{result['failures']} rows do not hold"
            relation = f'"{node["schema"]}"."{node["alias"]}"' if stored else None
            failed[result["unique_id"]] = FailedNode(
                node["name"], result["status"], message, relation
            )
        return failed


VERSIONS: dict[str, type[DbtV1] | type[DbtV2]] = {"v1": DbtV1, "v2": DbtV2}
