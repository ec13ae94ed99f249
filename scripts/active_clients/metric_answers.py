"""Asks every metric and saved query of the published file, and records a row about each answer.

A new version of dbt or MetricFlow, or a definition written otherwise, must not change a number
unnoticed: tests/python/test_metric_answers.py compares the demo with what was recorded.

scripts/build && scripts/metric_answers
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path

import click
import duckdb

from active_clients.command_line import command
from active_clients.metrics import Engine, InformativeUserError, Question
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, ProjectError
from active_clients.query import load_engine, open_published
from active_clients.refusals import refuse_wrong
from active_clients.rows import canonical, canonical_answer, fingerprint

RECORD = ROOT / "tests/fixtures/metric_answers.csv"
CUTS = {
    "total": (),
    "month": ("metric_time__month",),
    "quarter": ("metric_time__quarter",),
    "segment and month": ("client__segment", "metric_time__month"),
}
SAVED_QUERY = "saved query"
MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class MetricAnswer:
    """What one metric, or saved query, says in one cut."""

    name: str
    cut: str
    groups: str
    sum: str
    rows_hash: str


def questions(engine: Engine) -> Iterator[tuple[str, str, str]]:
    """Name, cut and SQL of everything that can be asked."""
    for metric in engine.metric_names():
        needed = [name for name in engine.requires(metric) if name != "metric_time"]
        for cut, group_by in CUTS.items():
            question = Question(metrics=[metric], group_by=[*needed, *group_by])
            try:
                refuse_wrong(engine, question)
                yield metric, cut, engine.sql(question)
            except (InformativeUserError, ProjectError):
                continue  # It has no segment, or not this period.
    for name in engine.saved_query_names():
        yield name, SAVED_QUERY, engine.sql(Question(saved_query=name))


def answers(connection: duckdb.DuckDBPyConnection) -> list[MetricAnswer]:
    """A row per answer; the sum is over all groups and metrics, and its only use is to differ."""
    engine = load_engine(connection)
    metrics = set(engine.metric_names())
    found = []
    for name, cut, sql in questions(engine):
        cursor = connection.execute(sql)
        columns = [description[0] for description in cursor.description or []]
        is_value = [column in metrics for column in columns]
        rows = cursor.fetchall()
        values = [
            Decimal(value)
            for row in rows
            for value, counts in zip(row, is_value, strict=True)
            if counts and value is not None
        ]
        hashed = sorted(tuple(canonical_answer(value) for value in row) for row in rows)
        total = canonical(sum(values, Decimal(0)).quantize(MICRO))
        found.append(MetricAnswer(name, cut, str(len(rows)), total, fingerprint(hashed)))
    return found


def recorded(path: Path = RECORD) -> list[MetricAnswer]:
    """The answers that were recorded."""
    with path.open(newline="") as file:
        return [MetricAnswer(**row) for row in csv.DictReader(file)]


def record(found: Sequence[MetricAnswer], path: Path = RECORD) -> None:
    """Write the answers down."""
    with path.open("w", newline="") as file:
        columns = [field.name for field in fields(MetricAnswer)]
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(answer) for answer in found)


def differences(old: Sequence[MetricAnswer], new: Sequence[MetricAnswer]) -> list[str]:
    """A line per answer that is not what it was."""
    before = {(answer.name, answer.cut): answer for answer in old}
    after = {(answer.name, answer.cut): answer for answer in new}
    lines = []
    for name, cut in sorted(before.keys() | after.keys()):
        was, now = before.get((name, cut)), after.get((name, cut))
        if was == now:
            continue
        if was is None or now is None:
            change = "is new" if was is None else "is no longer answered"
        elif was.sum != now.sum:
            change = f"sum {was.sum} before, {now.sum} now; groups {was.groups}, {now.groups}"
        else:
            change = f"sum {was.sum} as before, in other rows; groups {was.groups}, {now.groups}"
        lines.append(f"{name} ({cut}): {change}")
    return lines


@command("metric_answers", __doc__, expected=(duckdb.Error,))
@click.argument("file", type=Path, default=ROOT / DEFAULT_PUBLISHED_FILE)
def main(file: Path) -> None:
    """Record the answers, and say which are not what they were."""
    old = recorded() if RECORD.exists() else []
    with open_published(file) as connection:
        new = answers(connection)
    record(new)
    lines = differences(old, new)
    for line in lines:
        click.echo(line)
    click.echo(f"{len(new)} answers in {RECORD.relative_to(ROOT)}, {len(lines)} of them changed")


if __name__ == "__main__":
    main()
