"""The mappings in docs/examples, on the data they are for, give its published figures.

The data is not part of the project. It is looked for in the folder that
ACTIVE_CLIENTS_SHARED_DATA names, or in ../shared/data.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from active_clients.project import ROOT, raw_tables, read_vars
from conftest import SOURCES, DbtProject

SHARED_DATA = Path(os.environ.get("ACTIVE_CLIENTS_SHARED_DATA", ROOT.parent / "shared" / "data"))

MISSING_TABLES = {
    "metabase_sample": [
        "touchpoints",
        "offers",
        "referrals",
        "plan_features",
        "exchange_rates",
        "survey_invitations",
        "tickets",
    ],
    "telco_ibm": [
        "touchpoints",
        "offers",
        "referrals",
        "users",
        "plan_features",
        "invoices",
        "exchange_rates",
        "survey_invitations",
        "tickets",
    ],
    "nps_supermarket": [
        "touchpoints",
        "offers",
        "referrals",
        "users",
        "plan_features",
        "plans",
        "invoices",
        "exchange_rates",
        "survey_invitations",
        "tickets",
    ],
}

LAST_DAYS = """
    select 'fct_activation', max(activated_date) from marts.fct_activation
    union all select 'fct_active_clients_daily', max(activity_date)
        from marts.fct_active_clients_daily
    union all select 'fct_active_days_distribution', max(snapshot_date)
        from marts.fct_active_days_distribution
    union all select 'fct_client_activity_daily', max(activity_date)
        from marts.fct_client_activity_daily
    union all select 'fct_client_engagement', max(week_start_date + 6)
        from marts.fct_client_engagement
    union all select 'fct_client_mrr', max(valid_from) from marts.fct_client_mrr
    union all select 'fct_client_months', max(period_end_date) from marts.fct_client_months
    union all select 'fct_feature_adoption', max(last_used_date) from marts.fct_feature_adoption
    union all select 'fct_lifecycle', max(period_start_date) from marts.fct_lifecycle
    union all select 'fct_mrr_movements', max(movement_date) from marts.fct_mrr_movements
    union all select 'fct_survey_responses', max(responded_date) from marts.fct_survey_responses
    union all select 'fct_usage_daily', max(activity_date) from marts.fct_usage_daily
"""


def folder_of(sample: str) -> Path:
    folder = SHARED_DATA / sample
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing; ACTIVE_CLIENTS_SHARED_DATA may name another folder")
    return folder


def map_sample(path: Path, sample: str, folder: Path, **variables: Any) -> DbtProject:
    """A project whose raw tables are a sample, mapped in the file that dbt builds in."""
    project = DbtProject(
        path,
        vars={f"{source}_location": "raw" for source in SOURCES}
        | {f"{table}_enabled": False for table in MISSING_TABLES[sample]}
        | variables,
    )
    if sample == "telco_ibm":
        publish_telco(folder, path)
        folder = path
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("set variable folder = ?", [str(folder)])
        connection.execute((ROOT / "docs/examples" / f"{sample}.sql").read_text())
    return project


def build_and_test(project: DbtProject, *select: str) -> None:
    """Only what the figures need; the first sample builds everything."""
    options = ("--exclude-resource-type", "unit_test", "--indirect-selection", "buildable")
    project.parsed().dbt("build", *options, "--select", *select)


def column_names(project: DbtProject, table: str) -> list[str]:
    return [row[0] for row in project.rows(f"describe raw.{table}")]


def rows_by_table(project: DbtProject, columns: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Sums over the load days of fct_row_dispositions."""
    sums = ", ".join(f"sum({column})" for column in columns)
    rows = project.rows(f"select table_name, {sums} from marts.fct_row_dispositions group by all")
    return {row[0]: row[1:] for row in rows}


# ---- metabase_sample -----------------------------------------------------------------


@pytest.fixture(scope="module")
def metabase(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    folder = folder_of("metabase_sample")
    project = map_sample(
        tmp_path_factory.mktemp("metabase"), "metabase_sample", folder, as_of_date="2022-06-21"
    )
    project.parsed().dbt("build", "--exclude-resource-type", "unit_test")
    return project


@pytest.fixture(scope="module")
def metabase_at_its_end(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The same sample on a day after its last, in 2032; only what the figures need."""
    folder = folder_of("metabase_sample")
    project = map_sample(
        tmp_path_factory.mktemp("metabase_end"), "metabase_sample", folder, as_of_date="2032-06-30"
    )
    # Here the units are seats, at a price rounded to four decimals.
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "update raw.subscriptions set quantity = seats,"
            " unit_price = cast(mrr / seats as decimal(18, 4)) from read_csv(?) as sample"
            " where subscriptions.subscription_id = sample.subscription_id",
            [str(folder / "subscriptions.csv")],
        )
    project.parsed().dbt("seed")
    project.dbt(
        "run",
        "--select",
        "+dim_clients",
        "+fct_mrr_movements",
        "+fct_client_mrr",
        "+fct_client_churns",
        "+fct_survey_responses",
        "+fct_client_lifetime_value",
    )
    return project


def test_metabase_rows_and_money_are_all_accounted_for(metabase: DbtProject) -> None:
    ledger = rows_by_table(
        metabase,
        ["raw_row_count", "accepted_row_count", "duplicate_row_count", "quarantined_row_count"],
    )
    assert ledger == {
        "clients": (2495, 2495, 0, 0),
        "invoices": (13856, 13856, 0, 0),
        "plans": (3, 3, 0, 0),
        "subscriptions": (2495, 2495, 0, 0),
        "survey_responses": (642, 642, 0, 0),
        "usage_events": (37169, 37169, 0, 0),
        "users": (2495, 2495, 0, 0),
    }
    amounts = rows_by_table(metabase, ["raw_amount", "accepted_amount"])
    assert amounts["invoices"] == (Decimal("6704097.2000"), Decimal("6704097.2000"))


def test_metabase_rows_after_the_as_of_date_do_not_exist_yet(metabase: DbtProject) -> None:
    late = [row for row in metabase.rows(LAST_DAYS) if row[1].isoformat() > "2022-06-21"]
    assert late == []
    responses = metabase.rows("select count(*), avg(score) from marts.fct_survey_responses")
    assert responses == [(85, pytest.approx(3.270588, abs=1e-6))]
    revenue = metabase.rows("select sum(revenue_amount) from marts.fct_client_lifetime_value")
    assert revenue == [(Decimal("1252195.2000"),)]
    paying = metabase.rows(
        "select count(*) from marts.fct_client_mrr where valid_to is null and mrr_amount > 0"
    )
    assert paying == [(94,)]


def test_metabase_usage_after_cancellation_is_usage(metabase: DbtProject) -> None:
    assert metabase.rows(
        "select sum(event_count), count(distinct client_id), min(activity_date)::varchar,"
        " max(activity_date)::varchar from marts.fct_usage_daily"
    ) == [(37169, 1528, "2022-03-15", "2022-06-21")]
    [(on_later_days,)] = metabase.rows(
        "select sum(event_count) from marts.fct_usage_daily"
        " inner join raw.subscriptions using (client_id)"
        " where activity_date > cast(ended_at as date)"
    )
    # The mart knows days only: one event is later on the very day of the cancellation.
    [(later_that_day,)] = metabase.rows(
        "select count(*) from raw.usage_events inner join raw.subscriptions using (client_id)"
        " where cast(occurred_at as timestamp) > cast(ended_at as timestamp)"
        " and cast(occurred_at as date) = cast(ended_at as date)"
    )
    assert (on_later_days, later_that_day) == (24687, 1)
    assert on_later_days + later_that_day == 24688


def test_metabase_names_of_people_stay_out_of_the_marts(metabase: DbtProject) -> None:
    assert metabase.rows(
        "select count(*) from marts.dim_clients where client_name <> client_id"
    ) == [(0,)]
    assert "email" not in [row[0] for row in metabase.rows("describe marts.dim_users")]


def test_metabase_at_its_end_gives_the_published_figures(
    metabase_at_its_end: DbtProject,
) -> None:
    rows = metabase_at_its_end.rows
    assert rows("select count(*) from marts.dim_clients") == [(2495,)]
    # Not cancelled at the end of the data: still paying.
    assert rows(
        "select count(*) from marts.fct_client_mrr where valid_to is null and mrr_amount > 0"
    ) == [(464,)]
    # Trials converted: clients that ever paid.
    assert rows(
        "select count(distinct client_id) from marts.fct_mrr_movements where movement_type = 'new'"
    ) == [(1063,)]
    assert rows("select count(*), round(avg(score), 3) from marts.fct_survey_responses") == [
        (642, 3.363)
    ]
    assert rows("select sum(revenue_amount) from marts.fct_client_lifetime_value") == [
        (Decimal("6704097.2000"),)
    ]

    # Cancelled, whether or not the trial was converted; and those of them that had paid.
    assert rows(
        "select count(*) from intermediate.int_subscription_versions where valid_to < '9999-01-01'"
    ) == [(2031,)]
    assert rows("select count(*), sum(is_won_back::int) from marts.fct_client_churns") == [(599, 0)]
    # All accounts together, trials too; MRR is that of the sample but for cents.
    assert rows(
        "select sum(seat_count), abs(sum(contract_mrr_amount) - 1204766.50) < 0.10"
        " from intermediate.int_subscription_versions"
    ) == [(40463, True)]


# ---- telco_ibm -----------------------------------------------------------------------


def publish_telco(folder: Path, path: Path) -> None:
    """The file as IBM published it, of the two tables that were made from it."""
    accounts, subscriptions = folder / "accounts.csv", folder / "subscriptions.csv"
    file = path / "WA_Fn-UseC_-Telco-Customer-Churn.csv"
    duckdb.connect().execute(
        'copy (select client_id as "customerID",'
        " datediff('month', cast(started_at as date), date '2018-09-30') as tenure,"
        ' industry as "InternetService", plan as "Contract", mrr as "MonthlyCharges",'
        " coalesce(total_charges, ' ') as \"TotalCharges\","
        " case when ended_at is null then 'No' else 'Yes' end as \"Churn\""
        f" from read_csv('{subscriptions}', all_varchar = true) as subscriptions"
        f" inner join read_csv('{accounts}', all_varchar = true) as accounts using (client_id))"
        f" to '{file}' (header)"
    )


@pytest.fixture(scope="module")
def telco(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    folder = folder_of("telco_ibm")
    project = map_sample(tmp_path_factory.mktemp("telco"), "telco_ibm", folder)
    build_and_test(
        project,
        "+fct_client_months",
        "+dim_clients",
        "+revenue",
        "+retention",
        "+fct_survival",
        "+fct_clv_models",
    )
    return project


def test_telco_as_of_date_is_the_last_complete_day(telco: DbtProject) -> None:
    assert telco.rows("select as_of_date::varchar from intermediate.as_of") == [("2018-09-30",)]


def test_telco_mrr_won_and_lost_is_what_was_published(telco: DbtProject) -> None:
    movements = telco.rows(
        "select movement_type, count(*), sum(mrr_change_amount) from marts.fct_mrr_movements"
        " group by movement_type order by movement_type"
    )
    assert movements == [
        ("churn", 1869, Decimal("-139130.8500")),
        ("new", 7043, Decimal("456116.6000")),
    ]
    assert telco.rows(
        "select sum(mrr_amount) from marts.fct_client_mrr where valid_to is null"
    ) == [(Decimal("316985.7500"),)]


def test_telco_churn_is_what_was_published(telco: DbtProject) -> None:
    assert telco.rows(
        "select (select count(*) from marts.fct_client_months where is_churned),"
        " (select count(*) from marts.dim_clients)"
    ) == [(1869, 7043)]
    assert round(100 * 1869 / 7043, 4) == 26.5370
    # The 11 who came that day were no clients before: the logo churn rate leaves them out.
    assert telco.rows(
        "select count(*) filter (where was_paying), count(*) filter (where is_churned)"
        " from marts.fct_client_months where period_month = date '2018-09-01'"
    ) == [(7032, 1869)]


def test_telco_churn_by_contract_is_what_was_published(telco: DbtProject) -> None:
    assert telco.rows(
        "select segment, round(100.0 * sum(is_churned::integer) / count(distinct client_id), 2)"
        " from marts.fct_client_months inner join marts.dim_clients using (client_id)"
        " group by segment order by segment"
    ) == [("month-to-month", 42.71), ("one year", 11.27), ("two year", 2.83)]


def test_telco_retention_and_churns_say_the_same(telco: DbtProject) -> None:
    assert telco.rows(
        "select count(*), sum(lost_mrr_amount), sum(is_won_back::int) from marts.fct_client_churns"
    ) == [(1869, Decimal("139130.8500"), 0)]
    assert telco.rows(
        "select base_client_count, retained_client_count, gross_retention_rate = net_retention_rate"
        " from marts.fct_revenue_retention where retention_type = 'all_clients'"
        " and reactivation_policy = 'counted' and period_number = 1"
        " and base_month = date '2018-08-01'"
    ) == [(7032, 5163, True)]


def test_telco_survival_is_that_of_lifelines(telco: DbtProject) -> None:
    """Kaplan-Meier and its intervals; there is none before the first loss."""
    with (ROOT / "tests/fixtures/lifelines/telco_survival.csv").open(newline="") as file:
        expected = {
            (row["segmentation"], row["segment"], int(row["term_number"])): [
                float(row[name])
                for name in ("survival_rate", "survival_rate_lower", "survival_rate_upper")
            ]
            for row in csv.DictReader(file)
        }
    found = {
        row[:3]: [float(row[3]), float(row[4] or 1), float(row[5] or 1)]
        for row in telco.rows(
            "select segmentation, segment, term_number, survival_rate, survival_rate_lower,"
            " survival_rate_upper from marts.fct_survival where spell_scope = 'first'"
            " and term_number > 0 and is_observed"
        )
    }
    assert len(expected) == 48
    for key, rates in expected.items():
        assert found[key] == pytest.approx(rates, abs=1.01e-6), key


def test_telco_long_contracts_show_no_differences_by_the_month(telco: DbtProject) -> None:
    """Months are the wrong terms for them, and the model says so."""
    assert telco.rows(
        "select segment, model_label, is_degenerate, alpha is null from marts.fct_clv_models"
        " where segmentation = 'segment' and model = 'sbg' order by segment"
    ) == [
        ("month-to-month", "sbg", False, False),
        ("one year", "geometric", True, True),
        ("two year", "geometric", True, True),
    ]


# ---- nps_supermarket -----------------------------------------------------------------


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str]]:
    """The answers, three of them with a line break put into their comment.

    The file comes with its line breaks taken out, and comments must survive them.
    """
    path = folder_of("nps_supermarket") / "survey_responses.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    commented = [row for row in rows if row["score"] and " " in row["comment"].strip()]
    for row, line_break in zip(commented, ["\n", "\r\n", "\n\n"], strict=False):
        row["comment"] = row["comment"].strip().replace(" ", line_break, 1)
    return rows


@pytest.fixture(scope="module")
def supermarket(
    tmp_path_factory: pytest.TempPathFactory, answers: list[dict[str, str]]
) -> DbtProject:
    folder = tmp_path_factory.mktemp("supermarket_data")
    with (folder / "survey_responses.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(answers[0]))
        writer.writeheader()
        writer.writerows(answers)
    project = map_sample(tmp_path_factory.mktemp("supermarket"), "nps_supermarket", folder)
    build_and_test(project, "+fct_nps", "+fct_quarantined_rows", "+fct_row_dispositions")
    return project


def test_supermarket_nps_is_what_was_published(supermarket: DbtProject) -> None:
    assert supermarket.rows(
        "select sum(promoter_count), sum(passive_count), sum(detractor_count),"
        " sum(response_count),"
        " round(100.0 * sum(promoter_count - detractor_count) / sum(response_count), 4)"
        " from marts.fct_nps where unit_of_count = 'per_response' and attribute = 'all'"
    ) == [(8465, 3953, 1194, 13612, 53.4161)]


def test_supermarket_blank_scores_are_quarantined_and_listed(supermarket: DbtProject) -> None:
    assert supermarket.rows(
        "select rejection_reasons, count(*) from marts.fct_quarantined_rows group by all"
    ) == [("invalid_number:score", 342)]
    ledger = rows_by_table(supermarket, ["raw_row_count", "accepted_row_count"])
    assert ledger["survey_responses"] == (13954, 13612)


def test_supermarket_comments_survive_to_the_letter(
    supermarket: DbtProject, answers: list[dict[str, str]]
) -> None:
    delivered = {
        row["response_id"]: row["comment"].strip(" ")
        for row in answers
        if row["score"] and row["comment"].strip(" ")
    }
    arrived = dict(
        supermarket.rows(
            "select response_id, comment_text from marts.fct_survey_responses"
            " where comment_text is not null"
        )
    )
    assert sum("\n" in comment for comment in arrived.values()) == 3
    assert arrived == delivered


# ---- all -----------------------------------------------------------------------------


@pytest.mark.parametrize("sample", sorted(MISSING_TABLES))
def test_a_mapping_makes_the_tables_of_the_contract(sample: str, tmp_path: Path) -> None:
    project = map_sample(tmp_path, sample, folder_of(sample))
    contract = {
        table.name: list(table.columns)
        for table in raw_tables(read_vars())
        if table.name not in MISSING_TABLES[sample]
    }
    mapped = [row[0] for row in project.rows("select table_name from duckdb_tables()")]
    assert {name: column_names(project, name) for name in mapped} == contract
