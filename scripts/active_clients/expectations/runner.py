"""Runs the Great Expectations suites on the raw tables and on the marts.

    scripts/check_data raw            the raw tables, where the location variables say
    scripts/check_data marts          the marts in the private build file
    scripts/check_data raw marts      both
    scripts/check_data --commands     reads section names from standard input, one a
                                      line: scripts/build imports the library once

A failed expectation of severity `critical` blocks (exit code 1), one of severity
`warning` is shown. Suites are in expectations/raw and expectations/marts, one per table;
expectations/canary.json must fail.
"""

from __future__ import annotations

import gc
import json
import shutil
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any

warnings.simplefilter("ignore")
# Python looks for garbage after every 700 new objects: the library makes many that stay.
gc.set_threshold(100_000, 20, 100)

import click  # noqa: E402
import duckdb  # noqa: E402
import great_expectations as gx  # noqa: E402
from tabulate import tabulate  # noqa: E402

from active_clients.command_line import command, vars_option  # noqa: E402
from active_clients.engines.spellings import reader  # noqa: E402

# Defining its class registers add_duckdb.
from active_clients.expectations import duckdb_datasource  # noqa: E402, F401
from active_clients.expectations.shapes import hide_values  # noqa: E402
from active_clients.machine import connection_limits  # noqa: E402
from active_clients.private import keep_private  # noqa: E402
from active_clients.project import (  # noqa: E402
    ROOT,
    ProjectError,
    RawTable,
    database_path,
    disabled_marts,
    marts,
    raw_tables,
    read_vars,
    target_path,
)
from active_clients.publish import text  # noqa: E402

SUITES = ROOT / "expectations"
SECTIONS = ("raw", "marts")
KINDS_BY_TYPE = {
    "timestamp": "time",
    "date": "time",
    "decimal": "number",
    "integer": "integer",
    "boolean": "boolean",
}
SAMPLE_ROWS = 10


@dataclass(frozen=True)
class Subject:
    """One table to check, and the suite that does it."""

    label: str
    suite_file: Path
    query: str
    has_direct_pii: bool = False
    off: bool = False
    may_be_empty: bool = False


@dataclass
class Outcome:
    """What one suite found."""

    label: str
    off: bool = False
    expectations: int = 0
    critical: list[str] = field(default_factory=list)
    warning: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> tuple[str, str, str, str]:
        """The outcome as a line of the summary."""
        if self.off:
            return (self.label, "off", "", "")
        failed = len(self.critical) + len(self.warning)
        return (self.label, str(self.expectations), str(failed), f"{self.seconds:.1f}")


# ---- what there is to check ----------------------------------------------------------


def raw_subjects(tables: Iterable[RawTable], empty: Sequence[str]) -> list[Subject]:
    """One subject per table of the input contract."""
    return [
        Subject(
            label=table.label,
            suite_file=SUITES / "raw" / f"{table.label}.json",
            query=f'select * from "{table.source}"."{table.name}"',
            has_direct_pii=table.has_direct_pii,
            off=not table.enabled,
            may_be_empty=table.label in empty,
        )
        for table in tables
    ]


def mart_subjects(empty: Sequence[str]) -> list[Subject]:
    """One subject per mart, switched off or on.

    A mart that is made from a raw table that is empty on purpose may be empty too.
    """
    present = [
        Subject(
            label=mart.name,
            suite_file=SUITES / "marts" / f"{mart.name}.json",
            query=f'select * from "{mart.schema}"."{mart.name}"',
            has_direct_pii=any(mart.column_meta(c).get("pii") == "direct" for c in mart.columns),
            may_be_empty=not mart.raw_tables.isdisjoint(empty),
        )
        for mart in marts()
    ]
    absent = [
        Subject(label=name, suite_file=SUITES / "marts" / f"{name}.json", query="", off=True)
        for name in disabled_marts()
    ]
    return sorted(present + absent, key=lambda subject: subject.label)


def check_suites_match(section: str, subjects: list[Subject]) -> None:
    """Every table has a suite and every suite a table."""
    expected = {subject.suite_file for subject in subjects}
    found = set((SUITES / section).glob("*.json"))
    for path in sorted(expected - found):
        raise ProjectError(
            f"{path.relative_to(ROOT)} is missing: {path.stem} has no suite; write one"
        )
    for path in sorted(found - expected):
        raise ProjectError(
            f"{path.relative_to(ROOT)} checks {path.stem}, which the project does not have; "
            "rename or remove the suite"
        )


# ---- the databases they are in -------------------------------------------------------


def typed_columns(connection: duckdb.DuckDBPyConnection, table: RawTable) -> str:
    """The contract's columns that the raw table has, cast as the contract says.

    A value that cannot be read becomes null, which the suites count.
    """
    try:
        described = connection.execute(f"describe select * from {table.relation}").fetchall()
    except duckdb.Error as error:
        raise unreadable(table, error) from error
    present = [str(row[0]) for row in described]
    return ", ".join(
        f'{as_type(name, table.columns[name])} as "{name}"'
        if name in table.columns
        else f'"{name}"'
        for name in present
    )


def unreadable(table: RawTable, error: duckdb.Error) -> ProjectError:
    """Why a table cannot be read, without the row that DuckDB shows of a CSV file."""
    if ".csv" in table.location and isinstance(error, duckdb.InvalidInputException):
        reason = "a file is no CSV of the kind that the contract wants"
    else:
        reason = str(error).splitlines()[0]
    return ProjectError(
        f"raw table {table.label} cannot be read at {table.location}: {reason}; correct the "
        "location variable or the file, or switch the table off"
    )


def as_type(column: str, data_type: str) -> str:
    """A raw column in a type of the contract, understood as staging understands it."""
    if data_type == "text":
        return f'cast("{column}" as text)'
    kind, _, rest = data_type.partition("(")
    scale = [int(rest.rstrip(")").split(",")[1])] if rest else []
    parsed = reader(KINDS_BY_TYPE[kind], "duckdb")(f'"{column}"', *scale)
    return f"cast({parsed} as {data_type})"


@contextmanager
def raw_database(tables: list[RawTable]) -> Iterator[Path]:
    """A scratch copy of the raw tables, typed by the contract and gone afterwards."""
    path = target_path() / "gx" / "raw_copy.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(path), config=connection_limits()) as connection:
            connection.execute("set TimeZone = 'UTC'")
            is_needed = any(table.enabled and table.kind != "files" for table in tables)
            if is_needed and database_path().exists():
                connection.execute(f"attach {text(str(database_path()))} as build (read_only)")
                connection.execute("use build")
            for table in tables:
                if table.enabled:
                    columns = typed_columns(connection, table)
                    connection.execute(f'create schema if not exists raw_copy."{table.source}"')
                    try:
                        connection.execute(
                            f'create table raw_copy."{table.source}"."{table.name}" '
                            f"as select {columns} from {table.relation}"
                        )
                    except duckdb.InvalidInputException as error:
                        raise unreadable(table, error) from error
        yield path
    finally:
        path.unlink(missing_ok=True)
        path.with_suffix(".duckdb.wal").unlink(missing_ok=True)


# ---- running the suites --------------------------------------------------------------


class Runner:
    """One ephemeral context over one database."""

    def __init__(self, section: str, database: Path) -> None:
        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        store = self.context.validation_results_store
        keep = store.store_validation_results

        def keep_without_values(suite_validation_result: Any, **keys: Any) -> Any:
            return keep(suite_validation_result=hide_values(suite_validation_result), **keys)

        store.store_validation_results = keep_without_values  # type: ignore[method-assign]
        self.docs = target_path() / "gx" / section
        shutil.rmtree(self.docs, ignore_errors=True)
        self.context.delete_data_docs_site("local_site")
        self.context.add_data_docs_site(
            site_name="site",
            site_config={
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(self.docs),
                },
            },
        )
        self.datasource = self.context.data_sources.add_duckdb(
            name=section,
            connection_string=f"duckdb:///{database}",
            create_temp_table=False,
            kwargs={"connect_args": {"read_only": True, "config": connection_limits()}},
        )

    def close(self) -> None:
        """Let go of the database file."""
        self.datasource.get_execution_engine().close()
        self.datasource.get_engine().dispose()

    def validate(self, subject: Subject) -> Any:
        """Run one suite."""
        asset = self.datasource.add_query_asset(subject.label, query=subject.query)
        batch = asset.add_batch_definition_whole_table("all")
        suite = self.context.suites.add(read_suite(subject.suite_file, subject.may_be_empty))
        definition = gx.ValidationDefinition(name=subject.label, data=batch, suite=suite)
        return self.context.validation_definitions.add(definition).run(
            result_format={
                "result_format": "SUMMARY",
                # Samples would carry personal data into the results.
                "partial_unexpected_count": 0 if subject.has_direct_pii else SAMPLE_ROWS,
            }
        )


ROW_FLOOR = "expect_table_row_count_to_be_between"


def read_suite(path: Path, may_be_empty: bool) -> gx.ExpectationSuite:
    """A suite from its file, without its row floor where that is wanted."""
    try:
        content = json.loads(path.read_text())
        expectations = [
            expectation
            for expectation in content["expectations"]
            if not (may_be_empty and expectation["type"] == ROW_FLOOR)
        ]
        return gx.ExpectationSuite(
            name=path.stem, expectations=expectations, notes=content.get("notes")
        )
    except Exception as error:
        raise ProjectError(f"{path.relative_to(ROOT)} is not a suite: {error}") from error


def describe_failure(result: Any) -> str:
    """One line on one failed expectation."""
    config = result.expectation_config
    kwargs = {
        name: value
        for name, value in config.kwargs.items()
        if name not in {"batch_id", "column", "unexpected_rows_query"}
    }
    column = config.kwargs.get("column")
    parts = [config.type.removeprefix("expect_")]
    if column:
        parts.append(f"of {column}")
    if config.description:
        parts.append(f"({config.description})")
    elif kwargs:
        parts.append(", ".join(f"{name} {value}" for name, value in kwargs.items()))
    return " ".join(parts) + ": " + observed(result)


def observed(result: Any) -> str:
    """What was found instead."""
    errors = exception_messages(result)
    if errors:
        return f"could not be computed: {errors[0]}"
    details = result.result
    if details.get("unexpected_percent") is not None:
        return f"{details['unexpected_count']} rows, {details['unexpected_percent']:.2f} %"
    found = details.get("observed_value")
    is_empty = "row_count" in result.expectation_config.type and found == 0
    return f"found {found}" + ("; if it is empty on purpose, name it in empty_tables" * is_empty)


# What is taken of all values of a column together.
OF_VALUES = (
    "expect_column_mean",
    "expect_column_median",
    "expect_column_quantile",
    "expect_column_proportion_of_unique",
    "expect_column_distinct_values_to_contain",
)


def saw_no_value(result: Any) -> bool:
    """Whether there was no value to take a mean or the like of.

    That a table has rows and a column values is asked by expectations of their own, where they
    have to be there.
    """
    if not result.expectation_config.type.startswith(OF_VALUES) or exception_messages(result):
        return False
    observed_value = result.result.get("observed_value")
    if isinstance(observed_value, dict):
        return all(value is None for value in observed_value["values"])
    return observed_value in (None, 0, [])


def exception_messages(result: Any) -> list[str]:
    """The errors that kept an expectation from being computed."""
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else info.values()
    return [
        str(entry["exception_message"]).splitlines()[0]
        for entry in entries
        if entry.get("raised_exception")
    ]


def judge(subject: Subject, results: Any, seconds: float) -> Outcome:
    """Sort the failed expectations by what they do."""
    outcome = Outcome(subject.label, expectations=len(results.results), seconds=seconds)
    for result in results.results:
        if result.success or saw_no_value(result):
            continue
        is_warning = result.expectation_config.severity == "warning"
        blocks = bool(exception_messages(result)) or not is_warning
        (outcome.critical if blocks else outcome.warning).append(describe_failure(result))
    return outcome


def prove_canary_fails(runner: Runner) -> None:
    """A check that cannot fail checks nothing: every canary expectation has to fail."""
    canary = Subject("canary", SUITES / "canary.json", "select 1 as one, 'x' as text")
    results = runner.validate(canary).results
    silent = [r.expectation_config.type for r in results if r.success or exception_messages(r)]
    if silent or not results:
        raise ProjectError(
            "the canary did not fail as it must, so no other result can be trusted: "
            f"{', '.join(silent) or 'no expectations'} in expectations/canary.json"
        )


def run_section(section: str, subjects: list[Subject], database: Path) -> tuple[list[Outcome], Any]:
    """Run all suites of one section and write its results; the context can write docs."""
    check_suites_match(section, subjects)
    runner = Runner(section, database)
    outcomes = []
    results = {}
    try:
        prove_canary_fails(runner)
        for subject in subjects:
            if subject.off:
                outcomes.append(Outcome(subject.label, off=True))
                continue
            start = time.perf_counter()
            result = runner.validate(subject)
            outcomes.append(judge(subject, result, time.perf_counter() - start))
            results[subject.label] = result.to_json_dict()
    finally:
        runner.close()
    runner.docs.mkdir(parents=True, exist_ok=True)
    (runner.docs / "results.json").write_text(json.dumps(results, indent=2, default=str))
    return outcomes, runner.context


def run(section: str, variables: dict[str, Any]) -> tuple[list[Outcome], Any]:
    """Run one section."""
    empty = variables["empty_tables"]
    if section == "marts":
        if not database_path().exists():
            raise ProjectError(f"{database_path()} is missing; run scripts/build first")
        return run_section(section, mart_subjects(empty), database_path())
    tables = raw_tables(variables)
    with raw_database(tables) as database:
        return run_section(section, raw_subjects(tables, empty), database)


# ---- telling -------------------------------------------------------------------------


def print_summary(section: str, outcomes: list[Outcome], verbose: bool) -> bool:
    """Print what was found; true when nothing blocks."""
    if verbose:
        rows = [outcome.row() for outcome in outcomes]
        head, columns = ("suite", "expectations", "failed", "seconds"), ("left", *["right"] * 3)
        table = tabulate(rows, head, tablefmt="plain", colalign=columns, disable_numparse=True)
        print(indent(table, " " * 6))
    for outcome in outcomes:
        for message in outcome.critical:
            print(f"      ERROR   {outcome.label}: {message}")
        for message in outcome.warning:
            print(f"      warning {outcome.label}: {message}")
    ran = [outcome for outcome in outcomes if not outcome.off]
    critical = sum(len(outcome.critical) for outcome in ran)
    warned = sum(len(outcome.warning) for outcome in ran)
    details = target_path() / "gx" / section / "index.html"
    if details.is_relative_to(ROOT):
        details = details.relative_to(ROOT)
    print(
        f"      {section}: {sum(o.expectations for o in ran)} expectations in {len(ran)} suites, "
        f"{critical} errors, {warned} warnings, {len(outcomes) - len(ran)} off; details {details}"
    )
    return critical == 0


def run_and_print(section: str, variables: dict[str, Any], verbose: bool) -> tuple[int, Any]:
    """Run one section; 0 passed, 1 a check failed, 2 it could not run."""
    try:
        outcomes, context = run(section, variables)
    except (ProjectError, duckdb.Error) as error:
        print(f"      ERROR   {error}")
        return 2, None
    return 0 if print_summary(section, outcomes, verbose) else 1, context


def write_docs(context: Any) -> None:
    """Write the Data Docs, for which the answer need not wait."""
    if context is not None:
        context.build_data_docs()


def serve(variables: dict[str, Any], verbose: bool) -> int:
    """Run the sections that standard input names, answering `done <exit code>`."""
    for line in sys.stdin:
        section = line.strip()
        code, context = run_and_print(section, variables, verbose)
        print(f"done {code}", flush=True)
        write_docs(context)
    return 0


@command("check_data", __doc__, failure_code=2)
@click.argument("sections", nargs=-1, type=click.Choice(SECTIONS))
@vars_option
@click.option("--commands", is_flag=True, help="read sections from standard input")
@click.option("--quiet", is_flag=True, help="show only what failed")
def main(sections: tuple[str, ...], vars: str, commands: bool, quiet: bool) -> int:
    """Run sections of suites, all of them if none is named."""
    keep_private()
    variables = read_vars(vars)
    if commands:
        return serve(variables, not quiet)
    codes = []
    for section in sections or SECTIONS:
        code, context = run_and_print(section, variables, not quiet)
        write_docs(context)
        codes.append(code)
    return max(codes)


if __name__ == "__main__":
    main()
