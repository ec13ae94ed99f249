"""The marts find what the demo's generator planted: its ledger is the truth."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from active_clients.project import read_vars
from conftest import ROOT, Built

LEDGER = ROOT / "tests/fixtures/demo_ledger"
TRUTHS: dict[str, Any] = json.loads((LEDGER / "truths.json").read_text())


def ledger(name: str) -> list[dict[str, str]]:
    with (LEDGER / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_counts_of_rows_agree_per_table(built: Built) -> None:
    counted = built.project.rows(
        """
        select table_name, sum(raw_row_count), sum(accepted_row_count),
            sum(duplicate_row_count), sum(quarantined_row_count)
        from marts.fct_row_dispositions group by table_name
        """
    )
    planted = [
        (row["table_name"], *(int(row[n]) for n in ("raw", "accepted", "duplicate", "quarantined")))
        for row in ledger("table_totals")
    ]
    assert sorted(counted) == sorted(planted)


def test_every_planted_fault_is_quarantined_with_all_its_reasons(built: Built) -> None:
    found = built.project.rows(
        """
        select table_name, coalesce(row_key, ''), json_extract_string(raw_row, 'loaded_at'),
            rejection_reasons
        from marts.fct_quarantined_rows
        """
    )
    planted = [
        (row["table_name"], row["row_key"].strip(), row["loaded_at"], row["reasons"])
        for row in ledger("row_dispositions")
        if row["disposition"] == "quarantined"
    ]
    seen = Counter((table, key, loaded or "", reasons) for table, key, loaded, reasons in found)
    assert seen == Counter(planted)


def test_mrr_and_usage_of_every_client_month_agree(built: Built) -> None:
    found = {
        (client, str(month)): numbers
        for client, month, *numbers in built.project.rows(
            """
            select client_id, period_month, mrr_amount, event_count, active_user_count,
                active_day_count
            from marts.fct_client_months
            """
        )
    }
    wrong = []
    for row in ledger("client_months"):
        mrr, *counts = found.get((row["client_id"], row["month"]), [Decimal(0), 0, 0, 0])
        planted = [int(row[n]) for n in ("event_count", "active_user_count", "active_day_count")]
        if abs(mrr - Decimal(row["mrr"])) > Decimal("0.01") or counts != planted:
            wrong.append((row, mrr, counts))
    assert not wrong


def test_client_months_start_with_the_client_and_have_no_gap(built: Built) -> None:
    gaps = built.project.rows(
        """
        select client_id from marts.fct_client_months group by client_id
        having count(*) <> 1 + datediff('month', min(period_month), max(period_month))
            or max(period_month) <> '2025-06-01'
        """
    )
    assert gaps == []


def test_as_of_date_is_the_last_complete_day(built: Built) -> None:
    assert built.project.rows("select as_of_date::varchar from intermediate.as_of") == [
        (TRUTHS["as_of_date"],)
    ]


def test_active_clients_are_those_planted(built: Built) -> None:
    found = built.project.rows(
        """
        select client_id from marts.fct_client_months
        where period_month = '2025-06-01' and is_active order by client_id
        """
    )
    assert [client for (client,) in found] == sorted(TRUTHS["active_client_ids_28_days"])
    counted = built.project.rows(
        """
        select active_client_count from marts.fct_active_clients_daily
        where window_days = 28 and activity_date = '2025-06-30' and attribute = 'all'
            and is_default_definition
        """
    )
    assert counted == [(TRUTHS["active_clients_28_days"],)]


def test_nps_groups_agree_per_month(built: Built) -> None:
    found = built.project.rows(
        """
        select period_month::varchar, detractor_count, passive_count, promoter_count
        from marts.fct_nps
        where attribute = 'all' and survey_purpose = 'relational'
            and unit_of_count = 'per_response'
        """
    )
    planted = [
        (month, *(groups.get(group, 0) for group in ("detractors", "passives", "promoters")))
        for month, groups in TRUTHS["nps_relational"].items()
        if sum(groups.values())
    ]
    assert sorted(found) == sorted(planted)


def test_scores_follow_experience(built: Built) -> None:
    """Planted: each ticket of the last 60 days takes points away. Nobody told the marts."""
    found = {
        value: (score, upper)
        for value, score, upper in built.project.rows(
            """
            select attribute_value, nps, nps_difference_upper from marts.fct_support_effects
            where survey_purpose = 'relational' and attribute = 'tickets'
            """
        )
    }
    assert found["none"][0] > found["one"][0] > found["several"][0]
    assert found["one"][1] < 0
    assert found["several"][1] < 0


def test_offers_have_the_lift_that_was_planted(built: Built) -> None:
    truth = TRUTHS["offers"]
    planted = truth["upgrade_rate_treated"] - truth["upgrade_rate_holdout"]
    lifts = {
        name: row
        for name, *row in built.project.rows(
            "select offer_type, lift_lower, lift_upper, is_significant from marts.fct_offer_lift"
        )
    }
    lower, upper, is_significant = lifts["upgrade_discount"]
    assert lower <= planted <= upper
    assert is_significant
    # Five hold-outs say nothing, whatever they did.
    assert lifts["retention_discount"] == [None, None, False]
    # Internal clients were drawn offers too, which count nowhere.
    [(counted, internal)] = built.project.rows(
        "select (select count(*) from marts.fct_offers), (select count(*)"
        " from intermediate.int_offers_classified inner join marts.dim_clients using (client_id)"
        " where disposition = 'accepted' and is_internal)"
    )
    planted = sum(n for name, n in truth["drawn"].items() if name.endswith("/offers"))
    assert counted + internal == planted


def test_detractors_were_called_as_planted(built: Built) -> None:
    """Planted: three of five detractors get a call, 6 hours to 12 days later."""
    [(share, first, last, topics)] = built.project.rows(
        """
        select avg(is_acknowledged::int), min(reply_hours), max(reply_hours),
            count(distinct reply_topic)
        from marts.fct_feedback_loop
        where survey_type = 'nps' and is_loop_elapsed
        """
    )
    assert 0.5 <= share <= 0.8
    assert first >= 1
    assert last <= 30 * 24
    assert topics >= 1


def test_the_silent_champion_is_found(built: Built) -> None:
    """Four weeks of silence make an alert, at the end of that week: seen, and not raised."""
    champion = TRUTHS["clients"]["champion"]
    client, silent_from = champion["client_id"], date.fromisoformat(champion["silent_from"])
    [(first_seen, is_raised)] = built.project.rows(
        f"""
        select first_seen_date, is_raised from marts.fct_client_alerts
        where client_id = '{client}' and alert_type = 'silent_champion' and is_open
        """
    )
    assert timedelta(weeks=4) <= first_seen - silent_from < timedelta(weeks=5)
    [(user,)] = built.project.rows(
        f"""
        select top_user_id from intermediate.int_client_week_facts
        where client_id = '{client}' and snapshot_date = '{first_seen}'
        """
    )
    assert user == champion["user_id"]
    assert (
        built.project.rows(
            f"""
        select action_status from marts.fct_next_best_actions
        where client_id = '{client}' and action = 'find_new_champion'
        """
        )
        == []
    )
    # None of those that fell silent left, which is no better than the base rate.
    assert not is_raised


def test_alerts_stay_few(built: Built) -> None:
    """So few that a person reads them, in every month with clients enough to tell."""
    rates = built.project.rows(
        """
        with clients as (
            select date_trunc('month', snapshot_date) as month, count(distinct client_id) as n
            from marts.fct_client_health group by month having n >= 20
        )
        select 100 * count(*) / any_value(n) from marts.fct_client_alerts
        inner join clients on date_trunc('month', first_seen_date) = month
        group by month
        """
    )
    assert len(rates) >= 20
    assert max(rates)[0] <= read_vars()["alerts_per_100_clients_max"]


def test_referrals_are_those_planted(built: Built) -> None:
    [(converted, still_open)] = built.project.rows(
        "select count(*) filter (where is_converted), count(*) filter (where not is_converted)"
        " from marts.fct_referrals"
    )
    assert {"converted": converted, "open": still_open} == TRUTHS["referrals"]


@pytest.mark.parametrize("kind", ["internal", "merged"])
def test_internal_and_merged_clients_count_nowhere(built: Built, kind: str) -> None:
    clients = TRUTHS["clients"][kind]
    named = ", ".join(f"'{client}'" for client in clients)
    listed = built.project.rows(
        f"select count(*) from marts.dim_clients where client_id in ({named})"
    )
    assert listed == [(len(clients) if kind == "internal" else 0,)]
    for mart in ("fct_client_months", "fct_client_mrr", "fct_survey_responses"):
        assert built.project.rows(
            f"select count(*) from marts.{mart} where client_id in ({named})"
        ) == [(0,)], mart


def test_reactivated_clients_have_a_reactivation(built: Built) -> None:
    found = built.project.rows(
        "select client_id from marts.fct_mrr_movements where movement_type = 'reactivation'"
    )
    missing = set(TRUTHS["clients"]["reactivated"]) - {client for (client,) in found}
    assert not missing
