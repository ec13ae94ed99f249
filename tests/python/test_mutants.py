"""Wrong versions of the models' SQL, and that the models' own tests notice them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

sqlglot = pytest.importorskip("sqlglot", reason="scripts/mutants installs it")

from active_clients.mutants.command import REVIEWED, reviews, table, unexplained  # noqa: E402
from active_clients.mutants.mutations import Key, mutations  # noqa: E402
from active_clients.mutants.sample import Mutant, Project, shares  # noqa: E402
from active_clients.mutants.unit_tests import UnitTest, Verdict, read_unit_tests  # noqa: E402
from active_clients.project import ROOT  # noqa: E402
from conftest import Built  # noqa: E402


def wrong(sql: str) -> set[tuple[str, str]]:
    """What can be wrong with a query, by kind."""
    found = mutations(sqlglot.parse_one(sql, dialect="duckdb"))
    return {(mutation.key.kind, mutation.after) for mutation in found.values()}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1 where a < b", {("boundary", "a <= b"), ("comparison", "a > b")}),
        ("select 1 where a = b", {("comparison", "a <> b"), ("condition", "WHERE TRUE")}),
        ("select min(a) from t", {("min/max", "MAX(a)")}),
        ("select least(a, b)", {("min/max", "GREATEST(a, b)")}),
        ("select a - b", {("sign", "a + b")}),
        ("select a * -b", {("sign", "a / -b"), ("sign", "b")}),
        ("select a + 30", {("constant", "31")}),
        ("select a + interval '1' day", {("constant", "'2'")}),
        ("select coalesce(a, b)", {("null", "a")}),
        ("select 1 where a is null", {("null", "NOT a IS NULL")}),
        ("select 1 where not a is null", {("null", "a IS NULL")}),
        ("select a is distinct from b", {("null", "a <> b")}),
        ("select 1 from a left join b on a.x = b.x", {("join", "INNER JOIN b ON a.x = b.x")}),
        ("select 1 from a join b on a.x = b.x", {("join", "LEFT JOIN b ON a.x = b.x")}),
        ("select 1 where a and b and c", {("condition", "a AND c"), ("condition", "b AND c")}),
        ("select 1 where a or b", {("condition", "(a AND b)"), ("condition", "a")}),
        ("select sum(a) filter (where b)", {("condition", "SUM(a)")}),
        ("select case when a then b else c end", {("null", "CASE WHEN a THEN b ELSE NULL END")}),
        ("select case when a then b end", {("condition", "b")}),
        ("select count(distinct a)", {("distinct", "COUNT(a)")}),
        (
            "select 1 from (select a union all select b)",
            {("distinct", "SELECT a UNION SELECT b")},
        ),
        (
            "select sum(a) over (partition by b order by c rows 1 preceding)",
            {
                ("window", "SUM(a) OVER (PARTITION BY b ORDER BY c)"),
                ("window", "SUM(a) OVER (ORDER BY c rows BETWEEN 1 preceding AND CURRENT ROW)"),
                ("window", "c DESC"),
            },
        ),
        ("select lag(a) over (order by b)", {("window", "LEAD(a)")}),
    ],
)
def test_a_mistake_of_each_kind_is_made(sql: str, expected: set[tuple[str, str]]) -> None:
    assert expected <= wrong(sql)


def test_types_are_left_alone_and_every_change_is_taken_back() -> None:
    sql = (
        "WITH a AS (SELECT CAST(x AS DECIMAL(18, 2)) FROM t WHERE x > 1 AND x < 7) SELECT 1 FROM a"
    )
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    found = mutations(tree)
    texts = set()
    for mutation in found.values():
        with mutation.applied():
            texts.add(tree.sql("duckdb"))
        assert tree.sql("duckdb") == sql
    assert len(texts) == len(found) == 10
    assert all("DECIMAL(18, 2)" in text for text in texts)


def test_the_same_mistake_is_found_in_all_forms_of_a_model() -> None:
    """In a unit test it has other variables and relations than in a build."""
    keys = [
        list(
            mutations(sqlglot.parse_one(f"select 1 from {t} as t where a > {days} and b > {days}"))
        )
        for t, days in (('"build"."marts"."t"', 7), ("__dbt__cte__t", 28))
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0])


UNIT_TEST = """
with dbt_internal_unit_test_actual as (
  select "a", 'actual' as "actual_or_expected" from (
    with __dbt__cte__t as (select 1 as a union all select 2 as a),
    final as (select a from __dbt__cte__t where a < 2)
    select * from final
  ) _dbt_internal_unit_test_actual
),
dbt_internal_unit_test_expected as (
  select "a", 'expected' as "actual_or_expected" from (
    select 1 as "a"
  ) _dbt_internal_unit_test_expected
)
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
"""


def test_a_unit_test_passes_fails_or_is_not_asked() -> None:
    test = UnitTest("m__does", "m", UNIT_TEST)
    verdicts = {}
    with test.ready():
        assert test.verdict() is Verdict.PASSES
        for mutation in test.mutations.values():
            with mutation.applied():
                verdicts[mutation.after] = test.verdict()
        test.query.find(sqlglot.exp.Where).set("this", sqlglot.column("no_column"))
        assert test.verdict() is Verdict.NO_SQL
    assert verdicts == dict.fromkeys(["a <= 2", "a > 2", "3", "WHERE TRUE"], Verdict.FAILS)


def test_all_models_have_as_many_until_they_have_no_more() -> None:
    assert shares({"a": 1, "b": 9, "c": 9}, 8) == {"a": 1, "b": 4, "c": 3}
    assert shares({"a": 1, "b": 2}, 8) == {"a": 1, "b": 2}


def mutant(model: str, before: str, after: str, killer: str = "") -> Mutant:
    return Mutant(model, "voice", Key("final", "null", "", ""), before, after, killer, killer)


def test_the_table_counts_what_was_killed_explained_and_survived() -> None:
    drawn = [
        mutant("fct_csat", "a", "b", "unit test"),
        mutant("fct_csat", "a", "b", "data test"),
        mutant("fct_csat", "a < 999999", "a <= 999999"),
        mutant("fct_nps", "a", "b"),
    ]
    assert unexplained(drawn) == drawn[3:]
    cells = [cell.strip() for cell in table(drawn).splitlines()[-1].split("|")[1:-1]]
    assert cells == ["all", "2", "4", "1", "1", "1", "1", "67%"]


def test_every_review_has_a_reason_and_names_what_is_there() -> None:
    models = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    texts = [path.read_text() for path in (ROOT / "tests/python").glob("test_*.py")]
    texts += [path.read_text() for path in (ROOT / "models").rglob("*.yml")]
    tests = set(re.findall(r"^(?:def|  - name:) (\w+)", "\n".join(texts), re.MULTILINE))
    for review in reviews():
        assert len(review.why) > 20, REVIEWED
        assert set(review.models) <= models
        if review.tested_by:
            assert review.tested_by in tests


# Mistakes that lived once: what stands in the SQL, and what was written in its place.
NAMED = [
    (
        "int_contractual_predictions",
        "lasting_margin * term_months * residual_payments * renewal_discount",
        "lasting_margin * term_months * residual_payments",
    ),
    (
        "int_backtest_outcomes",
        "MIN(CASE WHEN client_mrr.mrr_amount > 0 THEN 1 ELSE 0 END)",
        "MAX(CASE WHEN client_mrr.mrr_amount > 0 THEN 1 ELSE 0 END)",
    ),
    (
        "fct_clv_backtest",
        "CAST(predicted_amount - actual_amount AS DOUBLE) / NULLIF(CAST(actual_amount AS",
        "CAST(predicted_amount - actual_amount AS DOUBLE) / NULLIF(CAST(predicted_amount AS",
    ),
    (
        "fct_clv_cohorts",
        "costed_margin_amount >= acquisition_cost_amount",
        "costed_margin_amount > 0",
    ),
    (
        "int_referral_outcomes",
        "judgements.outcome_date <= as_of.as_of_date",
        "judgements.outcome_date <= as_of.as_of_date + interval 30 day",
    ),
    (
        "int_client_alerts",
        "dated.first_seen_date < client_mrr.valid_from",
        "dated.first_seen_date <= client_mrr.valid_from",
    ),
    (
        "int_client_alerts",
        "dated.outcome_date >= client_mrr.valid_from",
        "dated.outcome_date > client_mrr.valid_from",
    ),
    (
        "int_client_alerts",
        "dated.outcome_date <= as_of.as_of_date AS is_mature",
        "dated.outcome_date < as_of.as_of_date AS is_mature",
    ),
]


@pytest.mark.parametrize(("model", "right", "wrong"), NAMED)
def test_mistakes_that_lived_once_are_noticed(
    built: Built, model: str, right: str, wrong: str
) -> None:
    verdicts = []
    for test in read_unit_tests(target_of(built), [model])[model]:
        assert right in test.sql
        with test.ready():
            assert test.verdict() is Verdict.PASSES
            verdicts.append(test.verdict(test.sql.replace(right, wrong)))
    assert Verdict.FAILS in verdicts
    assert Verdict.NO_SQL not in verdicts


def target_of(built: Built) -> Path:
    """The target folder of the demo's build."""
    return Path(built.project.environment["DBT_TARGET_PATH"])


@pytest.fixture(scope="module")
def revenue(built: Built) -> Project:
    """Where money flows."""
    return Project(target_of(built), only=["revenue"])


def test_most_of_what_can_be_wrong_with_money_is_noticed(revenue: Project) -> None:
    """The data tests notice more: `scripts/mutants` asks them too."""
    drawn = revenue.draw(58, seed=1)
    assert len(drawn) == 58
    alive = unexplained(drawn)
    lines = [f"{survivor.model}: {survivor.line}" for survivor in alive]
    assert len(alive) <= 15, lines
