"""Every engine that is there understands the same spellings, as the same values."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from active_clients.engines.spellings import KINDS, misread, reader, spellings
from active_clients.project import ROOT
from compiled_project import CompiledProject
from test_demo_data import LISTS
from test_docs import section, table_rows

Query = Callable[[str], list[tuple[Any, ...]]]


def test_list_is_long_and_names_each_spelling_once() -> None:
    told = spellings()
    assert len({(s.kind, s.text) for s in told}) == len(told)
    for kind in KINDS:
        expected = [s.expected for s in told if s.kind == kind]
        assert None in expected
        assert any(expected)
    assert sum(s.kind == "time" for s in told) >= 60


def test_page_tells_what_the_list_does() -> None:
    """Every spelling in a table of the page, and every word for true and false, is on the list."""
    expected = {(s.kind, s.text): s.expected for s in spellings()}
    headings = {"Times and dates": "time", "Numbers": "number", "Shares": "share"}
    for heading, kind in headings.items():
        rows = list(table_rows(section(ROOT / "docs/accepted_formats.md", heading)))
        assert rows
        for spelling, understood in rows:
            assert expected[kind, spelling.strip("`")] == (understood or None), spelling
    booleans = section(ROOT / "docs/accepted_formats.md", "Booleans")
    true, false = (re.findall("`([^`]+)`", part) for part in booleans.split(" and "))
    understood_words = {s.text: s.expected for s in spellings() if s.kind == "boolean"}
    for words, value in ((true, "true"), (false, "false")):
        assert {understood_words[word] for word in words} == {value}
    told = {word.strip().lower() for word, value in understood_words.items() if value}
    assert told == set(true) | set(false)


def test_page_lists_the_words_of_the_contract_and_their_synonyms() -> None:
    told = {}
    for column, word, synonyms in table_rows(section(ROOT / "docs/accepted_formats.md", "Words")):
        told[column.strip("`"), word.strip("`")] = re.findall("`([^`]+)`", synonyms)
    with (ROOT / "seeds/reference/value_synonyms.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    listed: dict[tuple[str, str], list[str]] = {key: [] for key in told}
    for row in rows:
        # A synonym of no word of the contract would be missing here.
        column = f"{row['table_name']}.{row['column_name']}"
        listed[column, row["contract_word"]].append(row["delivered_word"])
    assert told == listed
    assert not {(column, word) for column, words in told.items() for word in words} & set(told)
    # LISTS is what the demo's rules, written by hand, allow.
    for key, allowed in LISTS.items():
        table, name = key if isinstance(key, tuple) else ("", key)
        words = [w for c, w in told if c.endswith(f".{name}") and c.startswith(table)]
        assert set(words) == set(allowed)


def test_views_on_spark_fit_into_a_metastore() -> None:
    """Derby holds 32,700 letters of a view; that of subscriptions reads fifteen such columns."""
    for kind in KINDS:
        assert len(reader(kind, "spark")("c")) < 1_000, kind


def on_duckdb(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()


def on_postgres(sql: str) -> list[tuple[Any, ...]]:
    psycopg2 = pytest.importorskip("psycopg2")
    port = int(os.environ["ACTIVE_CLIENTS_POSTGRES_PORT"])
    with closing(
        psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres")
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def on_spark(sql: str) -> list[tuple[Any, ...]]:
    hive = pytest.importorskip("pyhive.hive")
    port = int(os.environ["ACTIVE_CLIENTS_SPARK_PORT"])
    with closing(hive.connect("127.0.0.1", port, username="active_clients")) as session:
        cursor = session.cursor()
        cursor.execute(sql)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@pytest.mark.parametrize(
    ("engine", "query"),
    [("duckdb", on_duckdb), ("postgres", on_postgres), ("spark", on_spark)],
    ids=["duckdb", "postgres", "spark"],
)
def test_spellings_have_the_values_written_down(engine: str, query: Query) -> None:
    if engine != "duckdb" and f"ACTIVE_CLIENTS_{engine.upper()}_PORT" not in os.environ:
        pytest.skip("scripts/test_engines asks it; here, start a server and name its port")
    assert misread(query, engine) == []


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        ("time", "timestamp '2025-06-10 10:00:05.123456'", "2025-06-10 10:00:05.123456"),
        ("time", "timestamp_ns '2025-06-10 10:00:05.123456789'", "2025-06-10 10:00:05.123456"),
        ("time", "timestamptz '2025-06-10 10:00:05+02:00'", "2025-06-10 08:00:05"),
        ("time", "date '2025-06-10'", "2025-06-10 00:00:00"),
        ("time", "timestamp 'infinity'", "None"),
        ("time", "timestamptz '-infinity'", "None"),
        ("time", "1706695200", "None"),
        ("time", "true", "None"),
        ("number", "12", "12.0000"),
        ("number", "2.5::decimal(4, 2)", "2.5000"),
        ("number", "2.5::double", "2.5000"),
        ("number", "'nan'::double", "None"),
        ("number", "1e300::double", "None"),
        ("number", "true", "None"),
        ("number", "date '2025-06-10'", "None"),
    ],
)
def test_columns_with_types_are_read_by_them(kind: str, typed: str, expected: str) -> None:
    sql = f"select {reader(kind, 'duckdb')('given')} from (select {typed} as given)"
    assert str(on_duckdb(sql)[0][0]) == expected


def test_words_of_other_systems_reach_the_models(tmp_path: Path) -> None:
    """What is unambiguous counts; what is not names the column it is not understood in."""
    subscriptions = {
        "s1": {},
        "s2": {"status": "cancelled"},
        "s3": {"billing_interval": "monthly"},
        "s4": {"billing_interval": "Annual", "unit_price": "1,200.50"},
        "s5": {"version": "0"},
        "s6": {"discount_rate": "20%"},
        "s7": {"discount_rate": "20"},
        "s8": {"ended_at": "NULL"},
        "s9": {"unit_price": "1,200", "billing_interval": "biannual"},
    }
    loaded = {"loaded_at": "2024-06-01"}
    plain = {"version": "1", "client_id": "c1", "plan_id": "p", "status": "Active",
             "unit_price": "10", "started_at": "2024-01-01", **loaded}  # fmt: skip
    raw = {
        "clients": [{"client_id": "c1 ", "created_at": "2024-01-01T10:00Z", **loaded}],
        "subscriptions": [
            {**plain, "discount_rate": "", "billing_interval": "", "ended_at": "",
             "subscription_id": name, **change}
            for name, change in subscriptions.items()
        ],
        "survey_responses": [
            {"response_id": f"r{n}", "client_id": "c1", "survey_type": kind, "score": "9",
             "responded_at": "2024-02-01", **loaded}
            for n, kind in enumerate(("NPS", "Net Promoter Score", "stars"))
        ],
        "usage_events": [
            {"event_id": f"e{n}", "client_id": "c1", "user_id": "u1", "event_name": name,
             "occurred_at": "2024-02-01", **loaded}
            for n, name in enumerate(("Report Created", "login", "Login", "LOGIN "))
        ],
    }  # fmt: skip
    models = ("fct_quarantined_rows", "int_core_usage_daily", "int_subscriptions_classified")
    built = CompiledProject(tmp_path, models).filled(raw, *models)
    assert built.execute(
        "select table_name, row_key, rejection_reasons from marts.fct_quarantined_rows order by all"
    ).fetchall() == [
        ("subscriptions", "s7|1", "invalid_value:discount_rate"),
        ("subscriptions", "s8|1", "invalid_time:ended_at"),
        ("subscriptions", "s9|1", "invalid_number:unit_price,invalid_value:billing_interval"),
        ("survey_responses", "r2", "invalid_value:survey_type"),
    ]
    assert built.execute(
        "select subscription_id, version, subscription_status, billing_interval,"
        " cast(unit_price_amount as double), cast(discount_rate as double)"
        " from intermediate.int_subscriptions_classified where disposition = 'accepted'"
        " order by subscription_id"
    ).fetchall() == [
        ("s1", 1, "active", "month", 10, 0),
        ("s2", 1, "canceled", "month", 10, 0),
        ("s3", 1, "active", "month", 10, 0),
        ("s4", 1, "active", "year", 1200.5, 0),
        ("s5", 0, "active", "month", 10, 0),
        ("s6", 1, "active", "month", 10, 0.2),
    ]
    assert built.execute(
        "select distinct event_name from intermediate.int_core_usage_daily"
    ).fetchall() == [("report created",)]
