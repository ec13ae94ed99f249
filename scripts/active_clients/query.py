"""Answers questions from the published file, which it can only read.

scripts/query --list
scripts/query --metrics mrr,arr --group-by metric_time__month --order -metric_time__month
scripts/query --metrics active_clients --group-by client__segment --limit 5 --csv
scripts/query --sql "select * from marts.publication"
"""

from __future__ import annotations

import argparse
import csv
import difflib
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, ProjectError

if TYPE_CHECKING:
    from active_clients.metrics import Engine, Question

NUMBERS = (int, float, Decimal)


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """The published file, with no way to anything else on the machine."""
    if not path.exists():
        raise ProjectError(f"{path} is missing; run scripts/build first")
    connection = duckdb.connect(
        str(path), read_only=True, config={"autoinstall_known_extensions": "false"}
    )
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def names(value: str) -> list[str]:
    """A comma-separated list."""
    return [name.strip() for name in value.split(",") if name.strip()]


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
    head, _, tail = name.rpartition("__")
    grains = {"day", "week", "month", "quarter", "year"}
    return head if tail in grains and name not in known else name


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


def write_sql(engine: Engine, question: Question) -> str:
    """The SQL of a question, or an error a person can act on."""
    from active_clients.metrics import InformativeUserError

    check_names(engine, question)
    try:
        return engine.sql(question)
    except InformativeUserError as error:
        raise ProjectError(f"the question cannot be answered: {error}") from error


def list_names(engine: Engine, metrics: Sequence[str]) -> None:
    """Print the metrics, or what the given metrics can be grouped by."""
    if metrics:
        refuse_unknown("metric", metrics, list(engine.metric_names()))
        for name in engine.group_by_names(metrics):
            print(name)
        return
    described = engine.metric_names()
    width = max(len(name) for name in described)
    for name, description in described.items():
        print(f"{name:{width}}  {' '.join(description.split())}")


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
    cells = [[shown(value) for value in row] for row in rows]
    widths = [max(len(c), *(len(r[i]) for r in cells), 0) for i, c in enumerate(columns)]
    is_number = [any(isinstance(row[i], NUMBERS) for row in rows) for i in range(len(columns))]

    def line(values: Sequence[str]) -> str:
        parts = [
            value.rjust(width) if number else value.ljust(width)
            for value, width, number in zip(values, widths, is_number, strict=True)
        ]
        return "  ".join(parts).rstrip()

    ruler = "  ".join("-" * width for width in widths)
    return "\n".join([line(columns), ruler, *map(line, cells)])


def print_result(
    connection: duckdb.DuckDBPyConnection, sql: str, as_csv: bool, limit: int | None
) -> None:
    """Run a statement and print what it returns."""
    try:
        cursor = connection.execute(sql)
        rows = cursor.fetchmany(limit) if limit is not None else cursor.fetchall()
    except duckdb.Error as error:
        raise ProjectError(str(error).strip()) from error
    columns = [description[0] for description in cursor.description or []]
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([shown(v) if isinstance(v, datetime) else v for v in row] for row in rows)
    else:
        print(table_text(columns, rows))


def join_order(arguments: Sequence[str]) -> list[str]:
    """`--order -mrr` as `--order=-mrr`, which argparse does not take for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--order":
            joined[-1] = f"--order={argument}"
        else:
            joined.append(argument)
    return joined


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/query",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--metrics", type=names, default=[], help="names, separated by commas")
    parser.add_argument("--group-by", type=names, default=[], help="dimensions and entities")
    parser.add_argument(
        "--where", action="append", default=[],
        help="condition, such as \"{{ Dimension('client__segment') }} = 'smb'\"",
    )  # fmt: skip
    parser.add_argument("--order", type=names, default=[], help="columns; -name is descending")
    parser.add_argument("--limit", type=int, help="at most so many rows")
    parser.add_argument("--list", action="store_true", help="list metrics, or their dimensions")
    parser.add_argument("--explain", action="store_true", help="print the SQL instead")
    parser.add_argument("--csv", action="store_true", help="print comma-separated values")
    parser.add_argument("--sql", help="run this statement instead of asking for metrics")
    parser.add_argument("--file", type=Path, default=DEFAULT_PUBLISHED_FILE)
    arguments = parser.parse_args(join_order(sys.argv[1:]))
    if not (arguments.sql or arguments.metrics or arguments.list):
        parser.error("ask for something: --metrics, --sql or --list")
    return arguments


def answer(arguments: argparse.Namespace) -> None:
    """Answer one question."""
    with open_published(ROOT / arguments.file) as connection:
        if arguments.sql:
            print_result(connection, arguments.sql, arguments.csv, arguments.limit)
            return
        engine = load_engine(connection)
        if arguments.list:
            list_names(engine, arguments.metrics)
            return
        from active_clients.metrics import Question

        question = Question(
            metrics=arguments.metrics,
            group_by=arguments.group_by,
            where=arguments.where,
            order=arguments.order,
            limit=arguments.limit,
        )
        sql = write_sql(engine, question)
        if arguments.explain:
            print(sql)
        else:
            print_result(connection, sql, arguments.csv, None)


def main() -> int:
    """Answer, or say what was wrong with the question."""
    arguments = parse_arguments()
    try:
        answer(arguments)
    except ProjectError as error:
        print(f"query: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
