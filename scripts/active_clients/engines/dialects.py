"""Compiles the project for engines it is not run on, and looks at the SQL. No server is asked.

For every dialect dbt's own adapter compiles all models and tests as a full refresh with every
raw table, incremental models again as an increment and, for one dialect, all models without the
optional tables. What comes out must be parsed by sqlglot in that dialect and be free of what
dialects.yml lists as missing or meaning something else there. This proves that the SQL is
spelled right, not what it answers.

scripts/check_dialects
scripts/check_dialects --dialects snowflake,bigquery
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NoReturn

import click
import yaml

from active_clients.command_line import Names, command
from active_clients.project import ROOT, SOURCES, ProjectError, read_vars

RULES = Path(__file__).with_name("dialects.yml")
# Without optional tables only columns of nulls differ; one strict dialect stands for all.
FLAGS_OFF_DIALECT = "bigquery"
SHOWN = 20
PARALLEL = 2

# What each adapter needs to be loaded; nothing in it leads anywhere.
PROFILES: dict[str, dict[str, Any]] = {
    "snowflake": {"account": "x", "user": "x", "password": "x", "warehouse": "x", "database": "x"},
    "bigquery": {"method": "oauth-secrets", "token": "x", "project": "x"},
    "trino": {"method": "none", "host": "127.0.0.1", "port": 1, "user": "x", "database": "x"},
    "redshift": {"host": "127.0.0.1", "port": 1, "user": "x", "password": "x", "dbname": "x"},
    "databricks": {"host": "127.0.0.1", "http_path": "/x", "token": "x", "catalog": "x"},
}

# Lets the incremental branch be compiled without a look at the warehouse.
IS_INCREMENTAL = """\
{% macro is_incremental() %}
    {{- return(config.get('materialized') == 'incremental' and not flags.FULL_REFRESH) -}}
{% endmacro %}
"""


@dataclass(frozen=True)
class Finding:
    """Something in a compiled file that the dialect does not have."""

    path: Path
    line: int
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}: {self.advice}"


@dataclass(frozen=True)
class Rule:
    """A construct that some dialects lack, as a pattern over SQL without texts and comments."""

    pattern: re.Pattern[str]
    dialects: tuple[str, ...]
    why: str
    instead: str


@dataclass(frozen=True)
class Outcome:
    """What became of one dialect."""

    dialect: str
    file_count: int
    seconds: float
    findings: tuple[Finding, ...]
    error: str = ""


# ---- the SQL -------------------------------------------------------------------------


@cache
def read_rules() -> tuple[Rule, ...]:
    """The rules of dialects.yml."""
    rules = []
    for number, entry in enumerate(yaml.safe_load(RULES.read_text()), start=1):
        try:
            rules.append(
                Rule(
                    re.compile(entry["find"], re.IGNORECASE),
                    tuple(entry["in"]),
                    entry["why"],
                    entry["instead"],
                )
            )
        except (KeyError, TypeError, re.error) as error:
            raise ProjectError(
                f"{RULES.name}, rule {number}: {error!r}; a rule has find (a pattern), in"
                " (dialects), why and instead"
            ) from error
        if unknown := sorted(set(rules[-1].dialects) - set(PROFILES)):
            raise ProjectError(f"{RULES.name}, rule {number}: no such dialect: {unknown}")
    return tuple(rules)


def without_texts(sql: str) -> str:
    """The SQL, as long as before, with blanks for what is in comments and in quotes."""

    def blank(match: re.Match[str]) -> str:
        text = match[0]
        kept = 1 if text.startswith("'") else 0
        inner = re.sub(r"[^\n]", " ", text[kept : len(text) - kept])
        return text[:kept] + inner + text[len(text) - kept :]

    return re.sub(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", blank, sql, flags=re.DOTALL)


def denied(sql: str, dialect: str) -> Iterator[tuple[int, str, str]]:
    """Line, text and advice for each match of a rule."""
    bare = without_texts(sql)
    for rule in read_rules():
        if dialect not in rule.dialects:
            continue
        for match in rule.pattern.finditer(bare):
            text = " ".join(sql[match.start() : match.end()].split())
            line = bare.count("\n", 0, match.start()) + 1
            yield line, text, f"{rule.why}. Instead: {rule.instead}"


def misread(sql: str, dialect: str) -> Iterator[tuple[int, str, str]]:
    """Line, text and advice where sqlglot cannot read the SQL, or reads a reserved name."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(sql, dialect=dialect)
    except sqlglot.errors.SqlglotError as error:
        place = (getattr(error, "errors", None) or [{}])[0]
        text = str(place.get("highlight", "")) or "the file"
        reason = str(place.get("description", error)).splitlines()[0]
        yield int(place.get("line", 1)), text, f"sqlglot cannot read it ({reason})"
        return
    reserved = sqlglot.Dialect.get_or_raise(dialect).generator_class.RESERVED_KEYWORDS
    names = {
        node.name.lower()
        for node in tree.find_all(exp.Identifier)
        if not node.quoted and node.name.lower() in reserved
    }
    for name in sorted(names):
        found = re.search(rf"\b{name}\b", without_texts(sql), re.IGNORECASE)
        line = sql.count("\n", 0, found.start()) + 1 if found else 1
        yield line, name, "it is a reserved word. Instead: another name"


def look_at(folder: Path, dialect: str) -> tuple[int, list[Finding]]:
    """How many compiled files there are, and all that is wrong with them."""
    findings = []
    paths = sorted(folder.glob("*/compiled/**/*.sql"))
    seen: set[str] = set()
    for path in paths:
        sql = path.read_text()
        if sql in seen:
            continue
        seen.add(sql)
        shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        for line, text, advice in (*misread(sql, dialect), *denied(sql, dialect)):
            findings.append(Finding(shown, line, text, advice))
    return len(paths), findings


# ---- dbt -----------------------------------------------------------------------------


def write_project(folder: Path) -> None:
    """The project with the macro above, and a profile whose servers do not exist."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    project["macro-paths"].append("offline")
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(project))
    for name in ("models", "seeds", "macros", "tests"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "offline").mkdir()
    (folder / "offline/is_incremental.sql").write_text(IS_INCREMENTAL)
    outputs = {
        name: {"type": name, "schema": "active_clients", "threads": 1, **profile}
        for name, profile in PROFILES.items()
    }
    profiles = {"active_clients": {"target": "snowflake", "outputs": outputs}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))


def variables() -> dict[str, Any]:
    """Raw tables in a schema, and what makes models the longest."""
    return {
        **{f"{source}_location": "raw" for source in SOURCES},
        "reporting_time_zone": "Europe/Paris",
        "internal_email_domains": ["example.com"],
        "discount_policy": "all",
    }


def without_optional_tables() -> dict[str, Any]:
    """The same with every flag off."""
    return {
        **variables(),
        **{name: False for name in read_vars() if name.endswith("_enabled")},
    }


def refuse(*_: object) -> NoReturn:
    """Stand in for the network."""
    raise OSError("scripts/check_dialects does not connect to anything")


def go_offline(dialect: str) -> None:
    """Make it impossible to ask a server; where an adapter asks for a version, it is new."""
    network: Any = socket.socket
    network.connect = refuse
    if dialect == "databricks":
        from dbt.adapters.databricks.impl import DatabricksAdapter

        adapter: Any = DatabricksAdapter
        adapter.compare_dbr_version = lambda *_: 1


def compile_dialect(dialect: str, project: Path, output: Path, only: str = "") -> None:
    """All ways to compile with dbt's adapter for the dialect. Parsing takes longest: once.

    With `only`, what dbt selects by it as a full refresh, and no more.
    """
    from dbt.cli.main import dbtRunner

    go_offline(dialect)
    given = project_options(dialect, project, output / "parse", variables())
    parsed = dbtRunner().invoke(["parse", "--quiet", *given])
    steps = {
        "full": (parsed.result, variables(), ["--full-refresh"]),
        "increment": (parsed.result, variables(), ["--select", "config.materialized:incremental"]),
    }
    if only:
        steps = {"full": (parsed.result, variables(), ["--full-refresh", "--select", only])}
    elif dialect == FLAGS_OFF_DIALECT:
        steps["flags_off"] = (None, without_optional_tables(), ["--select", "resource_type:model"])
    for name, (manifest, given_variables, arguments) in steps.items():
        done = dbtRunner(manifest).invoke(
            [
                *("compile", "--quiet", "--no-introspect", "--no-populate-cache", *arguments),
                *("--exclude", "resource_type:unit_test"),
                *project_options(dialect, project, output / name, given_variables),
            ]
        )
        if not done.success:
            # In a process of its own an exception's type may not be known to the other side.
            raise ProjectError(f"dbt compile failed, see {output / name}/dbt.log: {describe(done)}")


def project_options(
    dialect: str, project: Path, target: Path, given: dict[str, Any]
) -> tuple[str, ...]:
    """What all dbt commands for a dialect are told."""
    return (
        *("--project-dir", str(project), "--profiles-dir", str(project), "--target", dialect),
        *("--target-path", str(target), "--log-path", str(target)),
        *("--vars", yaml.safe_dump(given)),
    )


def describe(done: Any) -> str:
    """Why a dbt command failed."""
    if done.exception:
        return str(done.exception)
    messages = [result.message for result in done.result if result.message]
    return messages[0] if messages else "no message"


def check_dialect(dialect: str, project: Path, output: Path, only: str = "") -> Outcome:
    """Compile a dialect and look at it, in a process of its own: adapters share globals."""
    start = time.perf_counter()
    # Python looks for garbage after every 700 new objects: dbt makes millions that stay.
    gc.set_threshold(100_000, 20, 100)
    output.mkdir(parents=True)
    with (output / "output.log").open("w") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    count, problem = 0, ""
    findings: list[Finding] = []
    try:
        compile_dialect(dialect, project, output, only)
        count, findings = look_at(output, dialect)
    except ImportError as error:
        problem = f"{error}; run scripts/check_dialects, which installs the adapters"
    except ProjectError as error:
        problem = str(error)
    return Outcome(dialect, count, time.perf_counter() - start, tuple(findings), problem)


# ---- the memory of the last check ----------------------------------------------------


def digest_of_inputs() -> str:
    """A hash of all that the check reads; the same hash has the same outcome."""
    digest = hashlib.sha256()
    folders = ("models", "macros", "tests/generic", "tests/singular", "seeds")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    paths += [ROOT / "dbt_project.yml", ROOT / "uv.lock", RULES, Path(__file__)]
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def has_passed(output: Path, digest: str) -> bool:
    """Whether all dialects were found right with these inputs."""
    stamp = output / "passed"
    return stamp.exists() and stamp.read_text() == digest


# ---- the run -------------------------------------------------------------------------


def report(outcome: Outcome) -> bool:
    """Print what became of a dialect; whether it is right."""
    verdict = "ok"
    if outcome.error:
        verdict = "FAILED"
    elif outcome.findings:
        verdict = f"{len(outcome.findings)} problems"
    print(
        f"  {outcome.dialect:12} {outcome.file_count:>4} files  {verdict} ({outcome.seconds:.0f} s)"
    )
    for line in outcome.findings[:SHOWN]:
        print(f"    {line}")
    if len(outcome.findings) > SHOWN:
        print(f"    and {len(outcome.findings) - SHOWN} more")
    if outcome.error:
        print(f"    {outcome.error}")
    sys.stdout.flush()
    return verdict == "ok"


def run(dialects: Sequence[str], output: Path) -> list[str]:
    """Check the dialects, two at a time; those that are wrong."""
    read_rules()
    shutil.rmtree(output, ignore_errors=True)
    wrong = []
    with tempfile.TemporaryDirectory(prefix="active_clients_dialects_") as folder:
        project = Path(folder)
        write_project(project)
        with ProcessPoolExecutor(
            PARALLEL, mp_context=get_context("spawn"), max_tasks_per_child=1
        ) as pool:
            running = [
                pool.submit(check_dialect, name, project, output / name) for name in dialects
            ]
            for future in running:
                outcome = future.result()
                if not report(outcome):
                    wrong.append(outcome.dialect)
    return wrong


@command("check_dialects", __doc__)
@click.option(
    "--dialects",
    type=Names("dialect", PROFILES),
    default=",".join(PROFILES),
    help="which, with commas",
)
def main(dialects: list[str]) -> int:
    """Check, and end with one clear line."""
    start = time.perf_counter()
    output, digest = ROOT / "target/dialects", digest_of_inputs()
    if has_passed(output, digest):
        click.echo("Dialects compile: nothing that the check reads has changed since it passed.")
        return 0
    wrong = run(dialects, output)
    seconds = f"{time.perf_counter() - start:.0f} s"
    if wrong:
        click.echo(f"Dialects failed: {', '.join(wrong)}. {seconds}.")
        return 1
    if set(dialects) == set(PROFILES):
        (output / "passed").write_text(digest)
    click.echo(f"Dialects compile: {', '.join(dialects)}. {seconds}.")
    return 0


if __name__ == "__main__":
    main()
