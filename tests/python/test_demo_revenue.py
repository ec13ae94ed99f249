"""What was planted into the demo's contracts is found again in the revenue marts."""

from __future__ import annotations

import json
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
LOST = """
    with lost as (
        select client_id, churn_date from marts.fct_client_churns where churn_type <> 'paused'
    )
    select
        count(*),
        count(*) filter (renewal_outcome = 'lost' and churn_date is not null)
    from marts.fct_renewals
    inner join marts.dim_clients using (client_id)
    left join lost on lost.client_id = fct_renewals.client_id and churn_date = term_end_date
    where renewal_outcome <> 'open' and billing_interval = 'month' and segment = ?
"""


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


@pytest.mark.parametrize("segment", ["smb", "mid_market", "enterprise"])
def test_planted_hazards_are_in_the_interval_of_lost_renewals(built: Built, segment: str) -> None:
    """Onboarding makes a hazard 60 or 200 percent of itself, an offer halves it."""
    terms, lost = rows(built, LOST.replace("?", f"'{segment}'"))[0]
    planted = TRUTHS["churn_hazard_per_renewal"][f"{segment}/month"]["drawn_mean"]
    centre = (lost + 1.92) / (terms + 3.84)
    width = 1.96 * (lost * (terms - lost) / terms + 0.96) ** 0.5 / (terms + 3.84)
    assert centre - width <= 2.0 * planted
    assert centre + width >= 0.6 * 0.5 * planted


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
