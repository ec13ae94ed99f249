"""dbt's unit tests, run without dbt on whatever SQL a model has.

For each of them dbt leaves one query in the target folder: the given rows, the model's SQL on
them and the expected rows. Here the given rows are put into tables once, and SQL after SQL is
asked about them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from active_clients.mutants.mutations import Key, Mutation, mutations
from active_clients.project import ProjectError, read_manifest

ACTUAL = "_dbt_internal_unit_test_actual"
EXPECTED = "dbt_internal_unit_test_expected"
GIVEN = "__dbt__cte__"
# A search without an end is as wrong as one with the wrong end.
SECONDS = 5.0
# A mutant that DuckDB does not take for SQL is none.
NO_SQL = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.NotImplementedException,
    duckdb.ParserException,
)


class Verdict(Enum):
    """What a unit test says of some SQL."""

    PASSES = "passes"
    FAILS = "fails"
    NO_SQL = "no SQL"


def with_clause(query: exp.Expr) -> exp.With:
    """The steps of a query."""
    found = query.args.get("with_")
    if not isinstance(found, exp.With):
        raise ProjectError(f"a query has no steps: {query.sql('duckdb')[:80]}")
    return found


@dataclass
class UnitTest:
    """One unit test of a model."""

    name: str
    model: str
    text: str

    def __post_init__(self) -> None:
        whole = sqlglot.parse_one(self.text, dialect="duckdb")
        subqueries = whole.find_all(exp.Subquery)
        self.query = next(query.this for query in subqueries if query.alias == ACTUAL).pop()
        steps = with_clause(self.query)
        self.given = [step for step in steps.expressions if step.alias.startswith(GIVEN)]
        for step in self.given:
            step.pop()
        if not steps.expressions:
            steps.pop()
        self.expected = next(
            step.this for step in whole.find_all(exp.CTE) if step.alias == EXPECTED
        )

    @cached_property
    def mutations(self) -> dict[Key, Mutation]:
        """What can be wrong with the model's SQL, as this test's variables have it."""
        return mutations(self.query)

    @contextmanager
    def ready(self) -> Iterator[UnitTest]:
        """The given rows are in their tables."""
        with duckdb.connect(config={"threads": 1}) as self.connection:
            # As the tables are small, finding a good plan takes longer than a bad one.
            self.connection.execute("set TimeZone = 'UTC'; pragma disable_optimizer")
            for step in self.given:
                self.connection.execute(f"create table {step.alias} as {step.this.sql('duckdb')}")
            cursor = self.connection.execute(self.expected.sql("duckdb"))
            self.columns = [column[0] for column in cursor.description or []][:-1]
            self.rows = Counter(comparable(row[:-1]) for row in cursor.fetchall())
            yield self

    @property
    def sql(self) -> str:
        """The model's SQL, as it is now."""
        return str(self.query.sql("duckdb"))

    def verdict(self, sql: str = "") -> Verdict:
        """Whether the model's SQL, or another one, gives the expected rows."""
        columns = ", ".join(f'"{column}"' for column in self.columns)
        timer = Timer(SECONDS, self.connection.interrupt)
        timer.start()
        try:
            found = self.connection.execute(
                f"select {columns} from ({sql or self.sql}) as model"
            ).fetchall()
        except NO_SQL:
            return Verdict.NO_SQL
        except duckdb.Error:
            return Verdict.FAILS
        finally:
            timer.cancel()
        is_expected = Counter(comparable(row) for row in found) == self.rows
        return Verdict.PASSES if is_expected else Verdict.FAILS


def comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row that can be counted: lists and structures have no hash."""
    return tuple(repr(value) if isinstance(value, list | dict) else value for value in row)


def read_unit_tests(target: Path, models: Collection[str]) -> dict[str, list[UnitTest]]:
    """The unit tests of some models that dbt ran last, by their models."""
    files = {path.stem: path for path in (target / "run").rglob("*.yml/models/**/*.sql")}
    found: dict[str, list[UnitTest]] = {}
    for test in read_manifest(target / "manifest.json")["unit_tests"].values():
        name, model = test["name"], test["model"]
        if model not in models:
            continue
        if name not in files:
            raise ProjectError(
                f"dbt left nothing of the unit test {name} in {target}; scripts/build --unit-tests"
            )
        found.setdefault(model, []).append(UnitTest(name, model, files[name].read_text()))
    return found
