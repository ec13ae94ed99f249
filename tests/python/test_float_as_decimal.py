"""DuckDB's shorter way from a float to a decimal ends where the longer one does."""

from __future__ import annotations

import duckdb
import pytest
from jinja2 import Environment

from project import ROOT

# Halves of the last digit, what ten digits make a half, both signs, and both sides of the limit.
VALUES = (
    "0.5", "0.00005", "-0.00005", "0.0000005", "1.0000049999999999", "2.675", "-2.675", "1e0 / 3",
    "99999.99994", "9999999.9999995", "10000000", "-10000000.0000005", "123456789.123456", "null",
)  # fmt: skip


@pytest.mark.parametrize(
    ("precision", "scale", "limit"), [(9, 4, 1e5), (18, 2, 1e10), (18, 4, 1e10), (18, 6, 1e10)]
)
def test_both_ways_give_the_same_decimal(precision: int, scale: int, limit: float) -> None:
    text = (ROOT / "macros/statistics/float_as_decimal.sql").read_text()
    macros = Environment(autoescape=False).from_string(text).module  # noqa: S701 (writes SQL, no HTML)
    shorter, longer = (
        getattr(macros, f"{engine}__float_as_decimal")("v", precision, scale)
        for engine in ("duckdb", "default")
    )
    assert str(shorter) != str(longer)
    values = ", ".join(f"({value})" for value in VALUES)
    rows = duckdb.sql(
        f"select v, {shorter}, {longer} from (select cast(v as double) as v"
        f" from (values {values}) as given (v)) where v is null or abs(v) < {limit}"
    ).fetchall()
    assert len(rows) >= 9
    assert [row for row in rows if row[1] != row[2]] == []
