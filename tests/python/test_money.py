"""No amount is too large: products have the digits they need, and what no sum holds is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from active_clients.project import raw_tables, read_vars
from compiled_project import (
    compiled_nodes,
    create_raw_tables,
    create_relation,
)
from conftest import ROOT, DbtProject

# Digits before the point that a whole number has when it becomes a decimal.
DIGITS = {"BOOLEAN": 1, "TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 19, "HUGEINT": 38}
# Units of a currency for a dollar.
RATES = {"USD": 1, "IDR": 16340}
AMOUNTS = {"subscriptions": "unit_price", "invoices": "amount", "clients": "acquisition_cost"}
MISTYPED = """
    update raw.subscriptions set unit_price = '99999999999999' where client_id = 'c041';
    update raw.subscriptions set quantity = '99999999999999' where client_id = 'c060';
    update raw.subscriptions set unit_price = '0.0001', quantity = '1' where client_id = 'c071';
    update raw.subscriptions set unit_price = '4000000', quantity = '2500' where client_id = 'c142';
    update raw.subscriptions set unit_price = '13000000000', quantity = '1'
    where client_id = 'c030';
    update raw.invoices set amount = '99999999999999' where client_id = 'c050';
    update raw.clients set acquisition_cost = '99999999999999' where client_id in ('c006', 'c042');
    update raw.clients set acquisition_cost = '0.0001' where client_id in ('c009', 'c051');
    update raw.offers set amount = '99999999999999'
    where offer_id in (select max(offer_id) from raw.offers group by client_id);
    update raw.exchange_rates set rate = '9999999999' where rate_date = '2025-01-01';
"""


# ---- every product -------------------------------------------------------------------


def parts(plan: Any) -> Iterator[dict[str, Any]]:
    """Everything in a plan that has a name."""
    if isinstance(plan, dict):
        yield plan
        plan = list(plan.values())
    if isinstance(plan, list):
        for part in plan:
            yield from parts(part)


def decimal_type(part: dict[str, Any]) -> tuple[int, int] | None:
    """Width and scale of what is a decimal."""
    found = part.get("return_type") or {}
    if found.get("id") != "DECIMAL":
        return None
    return found["type_info"]["width"], found["type_info"]["scale"]


def whole_digits(part: dict[str, Any]) -> int:
    """How many digits before the point an expression can have, at most."""
    if part["expression_class"] == "BOUND_CONSTANT":
        value, kind = part["value"], part["value"]["type"]
        scale = kind["type_info"]["scale"] if kind["id"] == "DECIMAL" else 0
        whole = 0 if value["is_null"] else abs(int(value["value"])) // 10**scale
        return len(str(whole)) if whole else 0
    found = decimal_type(part)
    own = found[0] - found[1] if found else DIGITS.get(part["return_type"]["id"], 99)
    # What was narrow before a cast stays so.
    is_cast = part["expression_class"] == "BOUND_CAST"
    return min(own, whole_digits(part["child"])) if is_cast else own


def unbounded_products(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The products of decimals in a statement that may need more digits than they get."""
    ((text,),) = connection.execute("select json_serialize_plan(?)", [sql]).fetchall()
    plan = json.loads(text)
    assert not plan["error"], plan
    found = []
    for part in parts(plan):
        result = decimal_type(part)
        if part.get("name") == "*" and result:
            needed = [whole_digits(factor) for factor in part["children"]]
            if sum(needed) > result[0] - result[1]:
                found.append(f"{' and '.join(map(str, needed))} digits in decimal{result}")
    return found


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The project in dollars."""
    return compiled_nodes(DbtProject(tmp_path_factory.mktemp("usd")))


@pytest.mark.parametrize(
    ("product", "is_bounded"),
    [
        ("amount * amount", False),
        ("cast(amount as decimal(19, 4)) * amount", True),
        ("30 * amount", False),
        ("30 * cast(amount as decimal(19, 4))", True),
        ("amount * number", False),
        ("cast(amount as double) * amount", True),
        ("cast(0.5 as decimal(9, 4)) * cast(0.5 as decimal(9, 4))", True),
    ],
)
def test_unbounded_products_are_found(product: str, is_bounded: bool) -> None:
    connection = duckdb.connect()
    connection.execute("create table money (amount decimal(18, 4), number integer)")
    found = unbounded_products(connection, f"select {product} from money")
    assert (found == []) == is_bounded


def test_no_product_of_decimals_can_overflow(nodes: list[Any]) -> None:
    connection = in_memory()
    create_raw_tables(connection)
    found = {}
    for node in nodes:
        if node.resource_type != "seed":
            products = unbounded_products(connection, node.compiled_code)
            found |= {node.name: products} if products else {}
        if node.resource_type != "test":
            create_relation(connection, node, "limit 0")
    assert found == {}, "cast one factor to 19 digits, as the macro widened does"


# ---- large amounts -------------------------------------------------------------------


def in_memory() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as build; use build; set TimeZone = 'UTC'")
    return connection


def demo(currency: str, factor: int) -> duckdb.DuckDBPyConnection:
    """The demo's raw tables, every amount times a factor, for a reporting currency."""
    connection = in_memory()
    connection.execute("create schema raw")
    for table in raw_tables(read_vars()):
        file = ROOT / f"seeds/demo/{table.name}.csv"
        connection.execute(
            f"create table raw.{table.name} as"
            f" from read_csv('{file}', header = true, all_varchar = true, null_padding = true)"
        )
    for table_name, column in AMOUNTS.items():
        connection.execute(
            f"update raw.{table_name} set {column} = cast({column} as decimal(38, 4)) * {factor}"
            f" where try_cast({column} as decimal(18, 4)) is not null"
        )
    if currency != "USD":
        rate = RATES[currency]
        connection.execute(
            f"update raw.exchange_rates set rate = cast(rate as double) * {rate}"
            " where try_cast(rate as double) is not null"
        )
        connection.execute(
            "insert into raw.exchange_rates values"
            f" ('2020-01-01', 'USD', '{rate}', '2023-07-01 02:00:00')"
        )
        for name in ("subscriptions", "invoices"):
            connection.execute(
                f"update raw.{name} set currency_code = 'USD' where trim(currency_code) = ''"
                " or currency_code is null"
            )
    return connection


def build(connection: duckdb.DuckDBPyConnection, nodes: list[Any]) -> dict[str, int]:
    """Build all models; the data tests that fail, with the number of rows."""
    failed = {}
    for node in nodes:
        if node.resource_type != "test":
            create_relation(connection, node)
        elif node.config.severity.lower() == "error":
            count = f"select count(*) from ({node.compiled_code})"
            ((found,),) = connection.execute(count).fetchall()
            failed |= {node.name: found} if found else {}
    return failed


def mrr(connection: duckdb.DuckDBPyConnection) -> Decimal:
    month = "from marts.fct_client_months where period_month = '2025-06-01'"
    ((amount,),) = connection.execute(f"select sum(mrr_amount) {month}").fetchall()
    return Decimal(amount)


def test_one_mistyped_amount_stops_nothing(nodes: list[Any]) -> None:
    connection = demo("USD", 1)
    connection.execute(MISTYPED)
    assert set(build(connection, nodes)) <= {"assert_quarantine_rate_below_maximum"}
    reasons = dict(
        connection.execute(
            "select table_name, count(*) from marts.fct_quarantined_rows"
            " where rejection_reasons like '%amount_too_large%' group by all"
        ).fetchall()
    )
    assert set(reasons) == {"subscriptions", "invoices", "offers"}
    # Large, but neither mistyped nor too large: 2,500 seats at 4,000,000, and 13 billion.
    large = connection.execute(
        "select distinct client_id from marts.fct_client_mrr"
        " where client_id in ('c030', 'c142') and mrr_amount > 800000000"
    ).fetchall()
    assert len(large) == 2


@pytest.mark.parametrize("currency", RATES)
def test_ten_thousand_times_the_amounts_build(
    nodes: list[Any], tmp_path: Path, currency: str
) -> None:
    """So do ten times and a thousand times, and yen: all of it lies between."""
    if currency != "USD":
        nodes = compiled_nodes(DbtProject(tmp_path, {"reporting_currency": currency}))
    connection = demo(currency, 10_000)
    assert build(connection, nodes) == {}
    expected = Decimal("112176.1951") * 10_000 * RATES[currency]
    assert abs(mrr(connection) / expected - 1) < Decimal("0.0001")
