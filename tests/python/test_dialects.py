"""The check of dialects that are not run must be able to fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from active_clients.engines.dialects import (
    PROFILES,
    denied,
    look_at,
    misread,
    read_rules,
    without_texts,
    write_project,
)
from active_clients.project import ROOT

WRONG = [
    ("bigquery", "select try_cast(x as int64) from t", "safe_cast"),
    ("bigquery", "select concat_ws(',', a, b) from t", "comma_list"),
    ("snowflake", "select nullif(concat_ws(',', a, b), '') from t", "comma_list"),
    ("bigquery", "select cast(null as string) as a\nwhere 1 = 0", "from_nothing"),
    ("bigquery", "select a from t\nunion\nselect a from u", "union_distinct"),
    ("bigquery", "select cast('9999-01-01' as timestamp)", "type_utc"),
    ("bigquery", "select cast(x as decimal(38, 4)) from t", "type_ledger_sum"),
    ("bigquery", "select timestamp_trunc(cast(day as timestamp), week) from t", "week_start"),
    ("bigquery", "select cast(x as double) from t", "type_double"),
    ("trino", "select cast(cast('2000-01-01' as date) as timestamp)", "type_utc"),
    ("trino", "select a from t where a !~ '^[0-9]+$'", "dispatched macro"),
    ("trino", "select timezone('UTC', a) from t", "to_utc"),
    ("trino", "with recursive followed as (select 1 as a) select * from followed", "columns"),
    ("trino", "with a as (select 1), followed (b) as (select 1) select 1", "with recursive"),
    ("redshift", "select concat(a, lower(trim(b)), c) from t", "joined_text"),
    ("redshift", "select cast(x as text) from t", "type_string"),
    ("redshift", "select cast(x as numeric) from t", "decimal(18, 4)"),
    ("redshift", "select sum(x) over (partition by a order by b) from t", "unbounded"),
    ("redshift", "select isfinite(a) from t", "to_utc"),
    ("databricks", "select cast(x as timestamptz) from t", "to_utc"),
    ("databricks", "select any_value(x) from t", "row_number"),
]

RIGHT = [
    ("redshift", "select concat(a, lower(trim(b))) from t"),
    ("redshift", "select sum(x) over (order by b rows unbounded preceding) from t"),
    ("redshift", "select cast(x as varchar(65535)) from t"),
    ("bigquery", "select safe_cast(x as int64), 'try_cast(' from t -- concat_ws(a)"),
    ("bigquery", "select cast(timestamp_trunc(cast(day as timestamp), month) as date) from t"),
    ("bigquery", "select a from t where a = 1\nunion all\nselect a from u where a = 2"),
    ("bigquery", "select a, (select max(b) from u) as b from (select 1 as a) as t where a = 1"),
    ("trino", "with recursive followed (a) as (select 1) select * from followed"),
    ("snowflake", "select cast(null as timestamp_ntz)"),
]


@pytest.mark.parametrize(("dialect", "sql", "advice"), WRONG)
def test_what_a_dialect_lacks_is_denied(dialect: str, sql: str, advice: str) -> None:
    assert any(advice in said for _, _, said in denied(sql, dialect))


@pytest.mark.parametrize(("dialect", "sql"), RIGHT)
def test_what_a_dialect_has_is_not_denied(dialect: str, sql: str) -> None:
    assert list(denied(sql, dialect)) == []


def test_sql_that_cannot_be_read_or_uses_a_reserved_name_is_found() -> None:
    assert [line for line, _, _ in misread("select a\nfrom (t", "trino")] == [2]
    [(line, text, advice)] = misread("select 1 as a,\n    2 as rows", "bigquery")
    assert (line, text) == (2, "rows")
    assert "reserved" in advice
    assert list(misread("select 1 as a", "bigquery")) == []


def test_a_finding_names_file_line_and_remedy(tmp_path: Path) -> None:
    compiled = tmp_path / "full/compiled/active_clients/models/bad.sql"
    compiled.parent.mkdir(parents=True)
    compiled.write_text("select\n    isfinite(a) as b\nfrom t\n")
    count, [finding] = look_at(tmp_path, "snowflake")
    assert count == 1
    assert str(finding).startswith(f"{compiled}:2: isfinite(: there is no isfinite")
    assert str(finding).endswith("Instead: a variant of the macro to_utc")


def test_texts_and_comments_are_blanked_and_lines_kept() -> None:
    sql = "select 'it''s\n%' as a, -- b % c\n/* d\n% */ 1"
    bare = without_texts(sql)
    assert len(bare) == len(sql)
    assert "%" not in bare
    assert bare.count("\n") == sql.count("\n")


def test_every_rule_says_what_to_write() -> None:
    assert all(rule.why and rule.instead and rule.dialects for rule in read_rules())
    assert {name for rule in read_rules() for name in rule.dialects} == set(PROFILES)


def test_a_macro_that_renders_another_engines_type_fails_the_check(tmp_path: Path) -> None:
    pytest.importorskip("dbt.adapters.bigquery", reason="scripts/check_dialects installs it")
    project, output = tmp_path / "project", tmp_path / "output"
    project.mkdir()
    write_project(project)
    (project / "offline/wrong.sql").write_text(
        "{% macro bigquery__type_string() %}varchar{% endmacro %}"
    )
    code = (
        "from pathlib import Path;"
        "from active_clients.engines.dialects import check_dialect;"
        f"folders = Path({str(project)!r}), Path({str(output)!r});"
        "outcome = check_dialect('bigquery', *folders, only='path:models/staging/crm');"
        f"Path({str(tmp_path / 'said')!r}).write_text(outcome.error or str(outcome.findings[0]))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    assert (
        "as varchar: the type is string. Instead: dbt.type_string()"
        in (tmp_path / "said").read_text()
    )
