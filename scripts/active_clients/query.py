"""Answers questions from the published file, which it can only read.

scripts/query --list
scripts/query --metrics mrr,arr --group-by metric_time__month --order -metric_time__month
scripts/query --metrics active_clients --group-by client__segment --limit 5 --csv
scripts/query --sql "select * from marts.publication"
"""

from __future__ import annotations

import csv
import difflib
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import duckdb
import tabulate

from active_clients.command_line import Names, command, first_line
from active_clients.machine import limits
from active_clients.periods import GRAINS, is_running, split_grain
from active_clients.project import (
    DEFAULT_PUBLISHED_FILE,
    ROOT,
    ProjectError,
    raw_tables,
    read_vars,
)
from active_clients.refusals import refuse_wrong

if TYPE_CHECKING:
    from active_clients.metrics import Engine, Question

NUMBERS = (int, float, Decimal)
# What a spreadsheet takes for the begin of a formula, but for numbers.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
ROWS_AT_ONCE = 10_000
# How Python ends a traceback.
RAISED = re.compile(r"^\s*[\w.]+(?:Error|Exception): (.*)$", re.MULTILINE)
# A column is as wide as what it holds, also where that is its heading.
tabulate.MIN_PADDING = 0


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """The published file, with no way to anything else on the machine."""
    if not path.exists():
        raise ProjectError(f"{path} is missing; run scripts/build first")
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "memory_limit": limits()["ACTIVE_CLIENTS_MEMORY_LIMIT"],
        # DuckDB lets statements write to the folder that it would spill to.
        "temp_directory": "",
    }
    try:
        connection = duckdb.connect(str(path), read_only=True, config=config)
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        connection.execute("select as_of_date from marts.publication")
    except duckdb.Error as error:
        raise ProjectError(
            f"{path} cannot be read as a published file ({first_line(error)}); "
            "scripts/build --again publishes it anew"
        ) from error
    return connection


def load_engine(connection: duckdb.DuckDBPyConnection) -> Engine:
    """MetricFlow with the definitions that were published with the data."""
    from active_clients.metrics import Engine

    try:
        rows = connection.execute("select content from metrics.semantic_manifest").fetchall()
    except duckdb.CatalogException as error:
        raise ProjectError("the published file has no metrics; run scripts/build") from error
    return Engine(rows[0][0])


def refuse_unknown(kind: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Stop at a name that does not exist, naming the nearest that do."""
    for name in given:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "see scripts/query --list"
        raise ProjectError(f"there is no {kind} {name}; {hint}")


def without_grain(name: str, known: Sequence[str]) -> str:
    """`metric_time__month` is `metric_time` by the month."""
    head, grain = split_grain(name)
    return head if grain and name not in known else name


def check_names(engine: Engine, question: Question) -> None:
    """Every name in the question exists, and goes with the others."""
    refuse_unknown("metric", question.metrics, list(engine.metric_names()))
    known = engine.group_by_names(question.metrics)
    refuse_unknown(
        f"dimension for {', '.join(question.metrics)} called",
        [without_grain(name, known) for name in question.group_by],
        known,
    )
    ordered = [name.removeprefix("-") for name in question.order]
    refuse_unknown("column to order by", ordered, [*question.metrics, *question.group_by])
    refuse_wrong(engine, question)


def write_sql(engine: Engine, question: Question) -> str:
    """The SQL of a question, or an error a person can act on."""
    from active_clients.metrics import InformativeUserError

    check_names(engine, question)
    try:
        return engine.sql(question)
    except InformativeUserError as error:
        raise ProjectError(f"the question cannot be answered: {in_short(str(error))}") from None


def in_short(message: str) -> str:
    """What MetricFlow says is wrong, without its own code and the way it went."""
    said = []
    for problem in re.split(r"^Error #\d+:$", message, flags=re.MULTILINE):
        head, _, stack = problem.partition("Traceback (most recent call last):")
        text = head.partition("Query Input:")[0].replace("Got exception:", "")
        cause = RAISED.search(stack)
        lines = [line.strip() for line in text.splitlines()]
        said.append(" ".join(filter(None, [*lines, cause.group(1) if cause else ""])))
    found = [
        re.sub(r"Common issues are:.*Suggestions: \[ (.*), \]", r"Did you mean one of \1?", text)
        for text in (text.removeprefix("Message: ") for text in said[1:] or said)
    ]
    hint = (
        "; a filter is written as \"{{ Dimension('client__segment') }} = 'smb'\""
        if any("where filter" in text for text in found)
        else ""
    )
    return "; ".join(found) + hint


def tables_without_rows(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The raw tables of which no row was accepted, also as they are switched off."""
    found = connection.execute(
        "select source_name || '.' || table_name from marts.fct_row_dispositions"
        " group by all having sum(accepted_row_count) > 0"
    ).fetchall()
    return {table.label for table in raw_tables(read_vars())} - {label for (label,) in found}


def unknown_metrics(
    connection: duckdb.DuckDBPyConnection, engine: Engine, names: Iterable[str]
) -> dict[str, str]:
    """Metrics that would say 0 of what nobody delivered, each with the tables it lacks."""
    missing = tables_without_rows(connection)
    lacking = {name: sorted(engine.needs(name) & missing) for name in names}
    return {name: " and ".join(tables) for name, tables in lacking.items() if tables}


def list_names(engine: Engine, metrics: Sequence[str]) -> None:
    """Print the metrics, or what the given metrics can be grouped by."""
    if metrics:
        refuse_unknown("metric", metrics, list(engine.metric_names()))
        grains = [g for g in GRAINS if all(g in engine.grains(metric) for metric in metrics)]
        required = {name for metric in metrics for name in engine.requires(metric)}
        for name in engine.group_by_names(metrics):
            said = [f"by {', '.join(grains)}"] if name == "metric_time" else []
            said += ["required"] if name in required else []
            click.echo(name + (f" ({'; '.join(said)})" if said else ""))
        return
    described = [(name, " ".join(said.split())) for name, said in engine.metric_names().items()]
    click.echo(tabulate.tabulate(described, tablefmt="plain", disable_numparse=True))


def shown(value: Any) -> str:
    """A value as a person wants to read it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        is_day = value.time() == datetime.min.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, float | Decimal):
        return f"{value:,.4f}" if abs(float(value)) < 1 else f"{value:,.2f}"
    return str(value)


def table_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows in aligned columns, numbers to the right."""
    is_number = [any(isinstance(row[i], NUMBERS) for row in rows) for i in range(len(columns))]
    text: str = tabulate.tabulate(
        [[shown(value) for value in row] for row in rows],
        columns,
        tablefmt="simple",
        colalign=["right" if number else "left" for number in is_number],
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return text


def as_cell(value: Any) -> Any:
    """A value for a file that a spreadsheet may open: text of strangers is no formula of theirs."""
    if isinstance(value, datetime):
        return shown(value)
    if not isinstance(value, str) or not value.startswith(FORMULAS) or NUMBER.fullmatch(value):
        return value
    return "'" + value


@contextmanager
def interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Stop what runs on a connection, and say so, when it takes too long."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise ProjectError(
            f"no answer within {seconds:g} s; ask for less, or allow more time with --timeout"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise ProjectError(
            "the answer needs more memory than the limit of "
            f"{limits()['ACTIVE_CLIENTS_MEMORY_LIMIT']}; ask for less, or raise "
            "ACTIVE_CLIENTS_MEMORY_LIMIT"
        ) from error
    except duckdb.Error as error:
        raise ProjectError(str(error).strip()) from error
    finally:
        timer.cancel()


def print_result(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    as_csv: bool,
    limit: int | None,
    unknown: Mapping[str, str] | None = None,
) -> None:
    """Run a statement and print what it returns, but for what is unknown."""
    ((as_of_date,),) = connection.execute("select as_of_date from marts.publication").fetchall()
    cursor = connection.execute(sql)
    columns = [description[0] for description in cursor.description or []]
    unknown = unknown or {}
    for name, tables in unknown.items():
        click.echo(f"{name} is not known: {tables} has no rows", err=True)

    periods = {
        place: (column, grain)
        for place, column in enumerate(columns)
        for head, grain in [split_grain(column)]
        if head == "metric_time" and grain
    }
    running: set[tuple[str, Any]] = set()

    def next_rows(count: int) -> list[tuple[Any, ...]]:
        rows = cursor.fetchmany(count)
        for place, (column, grain) in periods.items():
            starts = {row[place] for row in rows}
            running.update((column, s) for s in starts if is_running(s, grain, as_of_date))
        return [
            tuple(None if c in unknown else v for c, v in zip(columns, row, strict=True))
            for row in rows
        ]

    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        left = sys.maxsize if limit is None else limit
        while left and (rows := next_rows(min(left, ROWS_AT_ONCE))):
            writer.writerows([as_cell(value) for value in row] for row in rows)
            left -= len(rows)
    else:
        rows = next_rows(ROWS_AT_ONCE if limit is None else limit) if limit != 0 else []
        click.echo(table_text(columns, rows))
        if limit is None and cursor.fetchmany(1):
            click.echo(
                f"only the first {ROWS_AT_ONCE:,} rows; --limit or --csv gives more", err=True
            )
    for column, start in sorted(running):
        click.echo(f"{column} {shown(start)} is not over: the data end {as_of_date}", err=True)


@command("query", __doc__, failure_code=2)
@click.option(
    "--metrics", type=Names(), default="", show_default=False, help="names, separated by commas"
)
@click.option(
    "--group-by", type=Names(), default="", show_default=False, help="dimensions and entities"
)
@click.option(
    "--where",
    multiple=True,
    help="condition, such as \"{{ Dimension('client__segment') }} = 'smb'\"",
)
@click.option(
    "--order", type=Names(), default="", show_default=False, help="columns; -name is descending"
)
@click.option("--limit", type=click.IntRange(min=0), help="at most so many rows")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=120, help="seconds that an answer may take"
)
@click.option("--list", "is_list", is_flag=True, help="list metrics, or their dimensions")
@click.option("--explain", is_flag=True, help="print the SQL instead")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="print comma-separated values; text that looks like a formula begins with '",
)
@click.option("--sql", help="run this statement instead of asking for metrics")
@click.option("--file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the published file")
def main(
    metrics: list[str],
    group_by: list[str],
    where: tuple[str, ...],
    order: list[str],
    limit: int | None,
    timeout: float,
    is_list: bool,
    explain: bool,
    as_csv: bool,
    sql: str | None,
    file: Path,
) -> None:
    """Answer one question."""
    if not (sql is not None or metrics or is_list):
        raise click.UsageError("ask for something: --metrics, --sql or --list")
    with open_published(ROOT / file) as connection, interrupted_after(connection, timeout):
        if sql is not None:
            print_result(connection, sql, as_csv, limit)
            return
        engine = load_engine(connection)
        if is_list:
            list_names(engine, metrics)
            return
        from active_clients.metrics import Question

        written = write_sql(engine, Question(metrics, group_by, where, order, limit))
        if explain:
            click.echo(written)
        else:
            unknown = unknown_metrics(connection, engine, metrics)
            print_result(connection, written, as_csv, limit, unknown)


if __name__ == "__main__":
    main()
