"""DuckDB's shorter ways end where the longer ones of every other engine do."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import duckdb
import pytest
from jinja2 import Environment

from active_clients.project import ROOT

# Halves of the last digit, what ten digits make a half, both signs, and both sides of the limit.
VALUES = (
    "0.5", "0.00005", "-0.00005", "0.0000005", "1.0000049999999999", "2.675", "-2.675", "1e0 / 3",
    "99999.99994", "9999999.9999995", "10000000", "-10000000.0000005", "123456789.123456", "null",
)  # fmt: skip


def macros(*names: str) -> Any:
    """The macros of some files, without dbt."""
    paths = [next((ROOT / "macros").rglob(f"{name}.sql")) for name in names]
    text = "".join(path.read_text() for path in paths)
    module: ModuleType = Environment(autoescape=False).from_string(text).module  # type: ignore[assignment]  # noqa: S701 (writes SQL, no HTML)
    return module


@pytest.mark.parametrize(
    ("precision", "scale", "limit"), [(9, 4, 1e5), (18, 2, 1e10), (18, 4, 1e10), (18, 6, 1e10)]
)
def test_both_ways_give_the_same_decimal(precision: int, scale: int, limit: float) -> None:
    module = macros("float_as_decimal")
    shorter, longer = (
        getattr(module, f"{engine}__float_as_decimal")("v", precision, scale)
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


@pytest.mark.parametrize("length", [1, 2, 5, 8])
def test_both_ways_give_the_same_trailing_medians(length: int) -> None:
    """Values with many ties, groups of one row, and positions with gaps."""
    module = macros("median_by", "trailing_median")
    found = []
    with duckdb.connect() as connection:
        connection.execute(
            "create table given as select 'a' as kind, n % 7 as client, n // 7 as position,"
            " cast(hash(n) % 9 as bigint) as amount from range(400) as rows (n)"
            " where hash(n) % 5 <> 0 union all select 'b', 1, 1, 3"
        )
        for engine in ("duckdb", "default"):
            way = getattr(module, f"{engine}__trailing_median")
            ctes = way("given", ["kind", "client"], "position", "amount", length)
            found.append(
                connection.execute(
                    f"with {ctes} select kind, client, position, value_count, median_value,"
                    " median_deviation from trailing_medians order by all"
                ).fetchall()
            )
    shorter, longer = found
    assert len(shorter) > 0.2 * 400
    assert shorter == longer
