"""What was planted into the demo's contracts is found again in the revenue marts."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from conftest import ROOT, Built

TRUTHS: dict[str, Any] = json.loads((ROOT / "tests/fixtures/demo_ledger/truths.json").read_text())

# Days on which nothing but the price of a client's plan changed, with the MRR before.
PRICE_ONLY = """
    with days as (
        select
            client_id, currency_code, movement_date,
            sum(original_mrr_change_amount) as change,
            sum(price_change_amount) as price,
            sum(abs(seat_change_amount) + abs(plan_change_amount) + abs(discount_change_amount))
                as other
        from marts.fct_mrr_movements group by all
    ),
    compared as (
        select *, sum(change) over (
            partition by client_id, currency_code order by movement_date
            rows between unbounded preceding and 1 preceding
        ) as mrr_before
        from days
    )
    select movement_date, 100 * change / mrr_before from compared where price <> 0 and other = 0
"""
# Every time a client left, with what became of a term that ended on the day.
LEFT = """
    select client_id, churn_date, churn_type, bool_or(renewal_outcome = 'lost')
    from marts.fct_client_churns
    left join marts.fct_renewals using (client_id)
    where churn_type <> 'paused' and term_end_date = churn_date group by all
"""
GRACE = timedelta(days=30)


def rows(built: Built, sql: str) -> list[tuple[Any, ...]]:
    return built.project.rows(sql, built.published)


def test_the_price_rise_is_price_and_no_earlier(built: Built) -> None:
    truth = TRUTHS["price_rise"]
    found = rows(built, PRICE_ONLY)
    risen = [percent for _, percent in found if percent == pytest.approx(truth["percent"], abs=0.1)]
    assert len(risen) >= 0.85 * len(found) >= 30
    assert min(day for day, _ in found).isoformat() >= truth["date"]


def test_the_fx_shock_is_fx(built: Built) -> None:
    truth = TRUTHS["fx_shock"]
    found = rows(
        built,
        "select currency_code, 100 * sum(mrr_change_amount) filter (movement_type = 'fx' and"
        f" movement_date = '{truth['date']}') / sum(mrr_change_amount) filter"
        f" (movement_date < '{truth['date']}') from marts.fct_mrr_movements"
        " where currency_code <> 'USD' group by 1",
    )
    assert dict(found) == pytest.approx(truth["percent"], abs=0.15)


def test_every_planted_loss_is_a_churn_and_a_lost_renewal(built: Built) -> None:
    """On its day, or 30 days past due after it; who else left had fallen behind, as planted."""
    merged = TRUTHS["clients"]["merged"]
    planted = {
        (client, date.fromisoformat(day))
        for client, days in TRUTHS["renewals"]["lost"].items()
        for day in days
        if client not in {*merged, *merged.values()}
    }
    last_day = date.fromisoformat(TRUTHS["as_of_date"])
    found: dict[tuple[str, date], tuple[str, bool]] = {}
    for client, day, kind, is_lost in rows(built, LEFT):
        if client not in merged.values():
            asked = [d for c, d in planted if c == client and d <= day <= d + GRACE]
            if not asked:
                assert (kind, is_lost) == ("involuntary", True), (client, day)
                assert client in TRUTHS["clients"]["past_due"], (client, day)
                continue
            found[client, asked[0]] = (kind, is_lost)
            assert day == asked[0] or kind == "involuntary", (client, day)
    missed = planted - set(found)
    assert all(day > last_day - GRACE for _, day in missed), missed
    assert len(found) > 20
    assert all(is_lost for _, is_lost in found.values())


def test_losses_are_those_of_the_planted_hazards(built: Built) -> None:
    """Of all renewals drawn; three standard deviations of the draw of each."""
    truth = TRUTHS["renewals"]
    expected, deviation = truth["expected_losses"], truth["variance_of_losses"] ** 0.5
    assert abs(truth["losses"] - expected) < 3 * deviation
    lost = sum(client in truth["lost"] for client, *_ in rows(built, LEFT))
    assert abs(lost - expected) < 3 * deviation


def test_who_came_back_was_planted(built: Built) -> None:
    """A return after a gap without a subscription is a win-back, as is a pause that ends."""
    returned = {row[0] for row in rows(
        built, "select client_id from marts.fct_client_churns where is_won_back"
    )}  # fmt: skip
    merged = set(TRUTHS["clients"]["merged"])
    planted = set(TRUTHS["clients"]["reactivated"]) | set(TRUTHS["clients"]["paused"])
    planted |= set(TRUTHS["clients"]["past_due"])
    assert returned - merged - set(TRUTHS["clients"]["merged"].values()) <= planted
    assert len(returned & set(TRUTHS["clients"]["reactivated"])) > 0


def test_retention_of_a_year_and_a_month_is_the_same_in_both_marts(built: Built) -> None:
    compared = rows(
        built,
        "with months as (select period_month, sum(base_mrr_amount) as base,"
        " sum(net_retained_mrr_amount) as net, sum(gross_retained_mrr_amount) as gross,"
        " sum(was_paying::int) as opening, sum(is_churned::int) as churned"
        " from marts.fct_client_months where is_complete group by 1)"
        " select period_number, base_mrr_amount = base and net_retained_mrr_amount = net"
        " and gross_retained_mrr_amount = gross, base_client_count = opening"
        " and base_client_count - retained_client_count = churned"
        " from marts.fct_revenue_retention inner join months using (period_month)"
        " where retention_type = 'all_clients' and reactivation_policy = 'counted'"
        " and is_mature and period_number in (1, 12)",
    )
    assert {period for period, *_ in compared} == {1, 12}
    assert all(is_same for period, is_same, _ in compared if period == 12)
    assert all(is_same for period, _, is_same in compared if period == 1)
