"""Checks the raw tables, builds and tests the models, checks the marts, publishes them with pages.

What readers see changes only when everything has passed.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import IO, Any

import click
import duckdb

from active_clients.answers import read_answers
from active_clients.children import OtherProcess, start, stopped_in_one_line
from active_clients.command_line import command, first_line, system_error, vars_option
from active_clients.coverage import read_coverage
from active_clients.dbt_runs import (
    VERSIONS,
    BuildError,
    Dbt,
    FailedNode,
    NodesFailedError,
    log_hint,
    warned_tests,
)
from active_clients.left_out import left_out
from active_clients.machine import check_room, count_events, limits
from active_clients.private import check_private_file, keep_private, only_user, without_rows
from active_clients.project import (
    DEFAULT_PUBLISHED_FILE,
    ROOT,
    ProjectError,
    database_path,
    marts,
    raw_tables,
    read_vars,
    target_path,
)
from active_clients.publish import Publication, PublishedMetrics, read_metrics, write_metrics
from active_clients.published_file import page_to_open
from active_clients.unchanged import is_unchanged, read_by_build, remember, remember_tested, stamp

# Python looks for garbage after every 700 new objects: dbt and MetricFlow make millions that stay.
gc.set_threshold(100_000, 20, 100)

STEPS = 8
# More raw events than this are checked before the build: each takes its share of the memory.
EVENTS_CHECKED_BESIDE = 1_000_000
SHOWN_FAILURES = 10
SHOWN_WARNINGS = 3
QUARANTINE_TEST = "assert_quarantine_rate_below_maximum"
CONSERVATION_TESTS = {
    "assert_every_raw_row_has_one_disposition",
    "assert_quarantined_rows_match_dispositions",
    "assert_raw_money_adds_up",
    "assert_usage_is_conserved",
}


# ---- progress ------------------------------------------------------------------------


class Progress:
    """One line per step, with its seconds."""

    def __init__(self) -> None:
        self.number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print the title now and the seconds at the end."""
        self.number += 1
        print(f"[{self.number}/{STEPS}] {title} ... ", end="", flush=True)
        start = time.perf_counter()
        try:
            yield
        except BaseException:
            print("failed", flush=True)
            raise
        print(f"{time.perf_counter() - start:.1f} s", flush=True)


# ---- Great Expectations --------------------------------------------------------------


class Expectations:
    """The suites' runner: one process, as its library takes seconds to import."""

    def __init__(self, vars_text: str, verbose: bool) -> None:
        command = [sys.executable, "-m", "active_clients.expectations.runner", "--commands"]
        command += ["--vars", vars_text] if vars_text else []
        command += [] if verbose else ["--quiet"]
        self.errors = target_path() / "expectations.log"
        self.errors.parent.mkdir(parents=True, exist_ok=True)
        self._log: IO[str] = self.errors.open("w")
        self._process = start(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )

    def start(self, section: str) -> None:
        """Begin a section; `finish` waits for it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(section + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    def finish(self) -> tuple[int, list[str]]:
        """The exit code of the section that was started, and what it printed."""
        assert self._process.stdout is not None
        lines: list[str] = []
        for line in self._process.stdout:
            if line.startswith("done "):
                return int(line.split()[1]), lines
            lines.append(line.rstrip("\n"))
        raise BuildError(f"Great Expectations stopped; its messages are in {self.errors}")

    def __enter__(self) -> Expectations:
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, once it has written its Data Docs."""
        self._process.communicate()
        self._log.close()


def report_section(progress_lines: list[str]) -> None:
    """Print what a section of suites found."""
    for line in progress_lines:
        print(line)


# ---- what failed ---------------------------------------------------------------------


def describe_failures(failed: list[FailedNode]) -> BuildError:
    """The nodes that failed, as a build says it."""
    names = [node.name for node in failed]
    lines = [describe_failure(node) for node in failed[:SHOWN_FAILURES]]
    if len(failed) > SHOWN_FAILURES:
        lines.append(f"      and {len(failed) - SHOWN_FAILURES} more")
    for node in failed:
        if node.name == QUARANTINE_TEST:
            lines += exceeded_limits(node.relation) + rejection_reasons()
    if CONSERVATION_TESTS & set(names):
        lines.append(
            "      Raw rows and what became of them differ; scripts/build --again --full-refresh "
            "counts all of them anew. If it happens again, it is a fault of this project."
        )
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    noun = "model or test" if len(failed) == 1 else "models or tests"
    return BuildError(f"{len(failed)} {noun} failed: {shown}; {log_hint()}", lines)


def describe_warnings(dbt: Dbt) -> list[str]:
    """What a build that passed has to say of the data: what it counted again, and doubts."""
    lines = [f"      {message}" for message in dbt.said]
    with duckdb.connect(str(database_path()), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, sql in warned_tests().items():
            found = connection.execute(sql)
            columns = [column[0] for column in found.description or []]
            rows = found.fetchall()
            lines.append(f"      WARN  {name}: {len(rows)} {'row' if len(rows) == 1 else 'rows'}")
            lines += [
                "            " + ", ".join(f"{c} {v}" for c, v in zip(columns, row, strict=True))
                for row in rows[:SHOWN_WARNINGS]
            ]
    return lines


def describe_failure(node: FailedNode) -> str:
    """One line on one failed model or test."""
    message = " ".join(without_rows(node.message).split())[:400]
    where = f" (its rows: {node.relation} in {database_path()})" if node.relation else ""
    return f"      {node.status.upper():5} {node.name}: {message}{where}"


def exceeded_limits(relation: str | None) -> list[str]:
    """Which shares of quarantined rows are too large, when the test's rows were kept."""
    if relation is None:
        return []
    with duckdb.connect(str(database_path()), read_only=True) as connection:
        rows = connection.execute(
            "select distinct source_name, table_name, limited_reason, quarantine_rate,"
            f" quarantine_rate_max from {relation} order by all"
        ).fetchall()
    return [
        f"      {source}.{table}: {rate:.2%} of the rows are quarantined for {reason} "
        f"(limit {limit:.2%})"
        for source, table, reason, rate, limit in (
            (*row[:2], row[2].replace("all others", "any reason"), *row[3:]) for row in rows
        )
    ]


def rejection_reasons() -> list[str]:
    """Why rows were quarantined, per table."""
    with duckdb.connect(str(database_path()), read_only=True) as connection:
        return [indent(left_out(connection), " " * 6)]


# ---- the whole -----------------------------------------------------------------------


def check(expectations: Expectations, progress: Progress, section: str, title: str) -> None:
    """Run one section of suites; a failed critical expectation stops the build."""
    with progress.step(title):
        code, lines = expectations.finish()
    report_section(lines)
    if code == 2:
        raise BuildError(f"the {section} could not be checked, for the reason above")
    if code:
        raise BuildError(
            f"an expectation on the {section} failed; details: "
            f"{target_path() / 'gx' / section.split()[0] / 'index.html'}"
        )


def check_and_publish(
    expectations: Expectations,
    progress: Progress,
    target_file: Path,
    variables: dict[str, Any],
    metrics: Future[PublishedMetrics | None],
) -> None:
    """Check the marts while the new file is written; it takes its name only when they pass."""
    publication = Publication(ROOT / target_file, variables, metrics.result)
    try:
        with progress.step("write the file to publish"):
            publication.prepare()
        with progress.step("draw the dashboards"):
            publication.draw()
        check(expectations, progress, "marts", "check the marts")
        remember_tested()
    except BaseException:
        publication.discard()
        raise
    with progress.step(f"publish {target_file}"):
        publication.commit()


@dataclass(frozen=True)
class Options:
    """What a build is asked for."""

    vars: str
    again: bool
    full_refresh: bool
    target_file: Path
    unit_tests: bool
    dbt: str
    verbose: bool


def build(options: Options) -> str:
    """Build unless nothing has changed, and show the answers; what was done, in words."""
    variables = read_vars(options.vars)
    published = ROOT / options.target_file
    read = read_by_build(variables)
    is_asked_for = any((options.again, options.full_refresh, options.unit_tests, options.verbose))
    if not is_asked_for and is_unchanged(read, published):
        print("Nothing has changed since the last build; scripts/build --again builds anyway.")
        print(f"\n{read_answers(published, variables)}\n")
        return "Build found up to date"
    check_private_file()
    progress = Progress()
    with Expectations(options.vars, options.verbose) as expectations:
        build_and_publish(options, variables, expectations, progress)
        remember(read, published)
        with progress.step("read the answers"):
            answers = read_answers(published, variables)
            coverage = read_coverage(published, float(variables["quarantine_rate_max"]))
        print(f"\n{answers}\n\n{coverage}\n", flush=True)
    return "Build passed"


def build_and_publish(
    options: Options,
    variables: dict[str, Any],
    expectations: Expectations,
    progress: Progress,
) -> None:
    """All steps to a published file."""
    dbt: Dbt = VERSIONS[options.dbt](options.vars, options.verbose)
    tables = raw_tables(variables)
    # Files can be checked while dbt works; the private file has one user at a time.
    kinds = {table.kind for table in tables if table.enabled}
    reads_files = kinds == {"files"}
    # dbt builds them; what is wrong with their rows is seen afterwards.
    reads_models = "model" in kinds
    # dbt keeps one core busy; MetricFlow takes seconds to import and to write its SQL.
    other_process = OtherProcess()
    try:
        if reads_files:
            expectations.start("raw")
        with progress.step("read the project and look for the raw tables"):
            dbt.read_project()
            events = count_events(tables) or 0
            if options.full_refresh or not database_path().exists():
                check_room(events)
        metrics = other_process.submit(write_metrics, read_metrics(), {m.name for m in marts()})
        if not reads_files and not reads_models:
            expectations.start("raw")
        is_beside = reads_files and events <= EVENTS_CHECKED_BESIDE
        if not is_beside and not reads_models:
            check(expectations, progress, "raw tables", "check the raw tables")
        try:
            with progress.step("build the models and run their tests"):
                dbt.build(options.full_refresh, options.unit_tests, events)
            for line in describe_warnings(dbt):
                print(line, flush=True)
        except BuildError as error:
            # What is wrong with raw rows comes first: models may fail of it.
            if is_beside:
                report_section(expectations.finish()[1])
            if isinstance(error, NodesFailedError):
                raise describe_failures(error.nodes) from None
            raise
        if reads_models:
            expectations.start("raw")
        if is_beside or reads_models:
            check(expectations, progress, "raw tables", "check the raw tables")
        expectations.start("marts")
        check_and_publish(expectations, progress, options.target_file, variables, metrics)
    finally:
        other_process.end()


@command("build", __doc__)
@vars_option
@click.option("--again", is_flag=True, help="build though nothing has changed")
@click.option("--full-refresh", is_flag=True, help="rebuild incremental models")
@click.option(
    "--target-file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the file to publish"
)
@click.option("--unit-tests", is_flag=True, help="run the models' unit tests too")
@click.option(
    "--dbt",
    type=click.Choice(list(VERSIONS)),
    envvar="ACTIVE_CLIENTS_DBT",
    default="v1",
    help="which dbt builds: v1 (dbt Core), or v2 where scripts/setup_dbt2 or you installed it",
)
@click.option("--verbose", is_flag=True, help="show dbt's output, every suite")
def main(**given: Any) -> int:
    """Build, and end with one clear line."""
    options = Options(**given)
    os.chdir(ROOT)
    keep_private()
    os.environ.update(limits())
    began = time.perf_counter()
    published = ROOT / options.target_file
    before = stamp(published)

    def kept() -> str:
        """What readers see now."""
        if not published.exists():
            return "Nothing was published"
        if stamp(published) == before:
            return f"What readers see, {options.target_file}, stays as it was"
        return f"Readers see the new {options.target_file}"

    try:
        with stopped_in_one_line(kept), only_user():
            done = build(options)
    except OSError as error:
        click.echo(f"Build failed: {system_error(error)}. {kept()}.")
        return 1
    except duckdb.Error as error:
        click.echo(f"Build failed: {first_line(error)}. {kept()}.")
        return 1
    except (BuildError, ProjectError) as error:
        for line in getattr(error, "lines", []):
            click.echo(line)
        click.echo(f"Build failed: {error}. {kept()}.")
        return 1
    seconds = time.perf_counter() - began
    page = page_to_open(published)
    click.echo(f"{done} in {seconds:.0f} s. Readers see {options.target_file} and {page}.")
    return 0


if __name__ == "__main__":
    main()
