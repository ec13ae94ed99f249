"""Which spellings of times, numbers and booleans an engine understands, and as what.

The macros that read them are rendered without dbt, so that a question takes one query.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

from jinja2 import Environment

from active_clients.project import ROOT

EXPECTED = ROOT / "tests/fixtures/accepted_values.csv"
MACROS = (
    "clean_text", "time_pattern", "number_pattern", "to_utc", "to_decimal", "to_integer",
    "to_share", "to_boolean",
)  # fmt: skip
KINDS = {
    "time": "to_utc",
    "number": "to_decimal",
    "integer": "to_integer",
    "share": "to_share",
    "boolean": "to_boolean",
}


class Spelling(NamedTuple):
    """A spelling, and the value it must have; None where it must not be understood."""

    kind: str
    text: str
    expected: str | None


def spellings(path: Path = EXPECTED) -> list[Spelling]:
    """Every spelling whose value was written down by hand."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Spelling(row["kind"], row["spelling"], row["expected"] or None)
            for row in csv.DictReader(file)
        ]


@cache
def reader(kind: str, engine: str) -> Callable[..., str]:
    """What renders the SQL that reads a column of this kind."""
    paths = [next((ROOT / "macros").rglob(f"{name}.sql")) for name in MACROS]
    jinja = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701 (writes SQL, no HTML)
    text_type = "string" if engine == "spark" else "text"

    def dispatch(name: str) -> Any:
        own = getattr(module, f"{engine}__{name}", None)
        return own or getattr(module, f"default__{name}")

    jinja.globals.update(
        {"dbt": SimpleNamespace(type_string=lambda: text_type), "return": lambda value: value}
    )
    jinja.globals["adapter"] = SimpleNamespace(dispatch=dispatch)
    template = jinja.from_string("".join(path.read_text() for path in paths))
    module: ModuleType = template.module  # type: ignore[assignment]
    return lambda *arguments: str(getattr(module, KINDS[kind])(*arguments))


def misread(query: Callable[[str], Sequence[Sequence[Any]]], engine: str) -> list[str]:
    """The spellings that an engine reads otherwise than was written down, one line each."""
    problems = []
    for kind in KINDS:
        told = [spelling for spelling in spellings() if spelling.kind == kind]
        rows = ", ".join(f"({n}, {literal(s.text, engine)})" for n, s in enumerate(told))
        sql = (
            f"select spelling_number, {reader(kind, engine)('spelling')} as understood"
            f" from (values {rows}) as given (spelling_number, spelling)"
        )
        found = {int(row[0]): as_text(row[1]) for row in query(sql)}
        problems += [
            f"{kind} {spelling.text!r} is {found[n]}, not {spelling.expected}"
            for n, spelling in enumerate(told)
            if found[n] != spelling.expected
        ]
    return problems


def literal(text: str, engine: str) -> str:
    """A text in SQL; line breaks and tabs are in it as they are."""
    return "'" + text.replace("'", "\\'" if engine == "spark" else "''") + "'"


def as_text(value: Any) -> str | None:
    """A value as the list of spellings writes it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value + 0:f}"
    return str(value)
