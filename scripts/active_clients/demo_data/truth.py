"""The simulation's own truth, and the files that record it."""

import json
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from . import billing, company, contracts, feedback
from .company import Client, Version
from .contract import COMPANY_DOMAIN, NON_CORE_EVENTS, REPORTING_CURRENCY, TABLES
from .raw_tables import RawTables
from .timeline import DAY, Settings, date_text, month_text
from .usage import canonical

Monthly = dict[tuple[int, str], tuple[int, int, int]]
PAST_DUE_GRACE_DAYS = 30
# Share of one billing interval that falls into one month.
MONTHLY_SHARE = {
    "week": Fraction(52, 12),
    "month": Fraction(1),
    "quarter": Fraction(1, 3),
    "half_year": Fraction(1, 6),
    "year": Fraction(1, 12),
}


def recurring_revenue(version: Version, moment: int) -> Fraction:
    """Return MRR in cents of the version's currency just before an instant."""
    if version.started >= moment or (version.ended is not None and version.ended < moment):
        return Fraction(0)
    if version.trial_ends is not None and version.trial_ends >= moment:
        return Fraction(0)
    grace = version.started + PAST_DUE_GRACE_DAYS * DAY
    in_grace = version.status == "past_due" and moment <= grace
    if version.status != "active" and not in_grace:
        return Fraction(0)
    percent = version.discount_percent if version.discount_duration in ("", "forever") else 0
    share = MONTHLY_SHARE[version.interval] / version.interval_count
    return version.quantity * version.unit_price * share * Fraction(100 - percent, 100)


def client_months(
    settings: Settings, clients: list[Client], rates: billing.Rates, usage: Monthly
) -> Iterable[str]:
    """Yield one CSV line per surviving client and month from its first month on."""
    members: dict[int, list[Client]] = {}
    for client in clients:
        members.setdefault(canonical(clients, client), []).append(client)
    yield "client_id,month,mrr,event_count,active_user_count,active_day_count"
    for index in sorted(members):
        if clients[index].is_internal:
            continue
        first = min(member.created for member in members[index]) // DAY
        for end in settings.months_ended():
            if end < first:
                continue
            month = month_text(end)
            revenue = sum((_in_dollars(m, rates, end) for m in members[index]), Fraction(0))
            events, users, days = usage.get((index, month), (0, 0, 0))
            name = clients[index].client_id
            yield f"{name},{month},{_money(revenue)},{events},{users},{days}"


def _in_dollars(client: Client, rates: billing.Rates, end: int) -> Fraction:
    """Return a client's MRR in dollars at the end of a day."""
    return sum(
        (
            recurring_revenue(version, (end + 1) * DAY)
            * Fraction(rates.at(version.currency, end), 1_000_000)
            for version in client.versions
        ),
        Fraction(0),
    )


def _money(amount: Fraction) -> str:
    """Write an amount with four decimals, half up."""
    units = (amount * 20_000 + 1).__floor__() // 2
    return f"{units // 10_000}.{units % 10_000:04d}"


def describe_truths(
    settings: Settings, clients: list[Client], nps: feedback.NpsCounts,
    referrals: dict[str, int], last_28_days: set[int],
    domain_users: dict[str, dict[str, int]],
) -> dict[str, Any]:  # fmt: skip
    """Return what was planted, by topic."""
    named = {client.index: client.client_id for client in clients}
    active = [index for index in last_28_days if not clients[index].is_internal]
    return {
        "settings": {"clients": settings.clients, "months": settings.months,
                     "events": settings.events, "seed": settings.seed},
        "as_of_date": date_text(settings.last_day),
        "first_date": date_text(settings.first_day),
        "reporting_currency": REPORTING_CURRENCY,
        "non_core_events": list(NON_CORE_EVENTS),
        "churn_hazard_per_renewal": _hazards(clients),
        "renewals": _renewals(clients),
        "onboarding": _onboarding(clients),
        "price_rise": {"date": contracts.PRICE_RISE_DATE,
                       "percent": contracts.PRICE_RISE_PERCENT},
        "fx_shock": {"date": billing.FX_SHOCK_DATE, "percent": billing.FX_SHOCK_PERCENT},
        "offers": _offers(clients),
        "referrals": referrals,
        "nps_relational": {month: dict(sorted(nps[month].items())) for month in sorted(nps)},
        "active_clients_28_days": len(active),
        "active_client_ids_28_days": sorted(named[index] for index in active)
        if len(active) <= 1_000 else [],
        "internal_by_email_domain": {"domain": COMPANY_DOMAIN, "core_events": domain_users},
        "clients": _story(clients, named) if len(clients) <= 2_000 else {},
    }  # fmt: skip


def _hazards(clients: list[Client]) -> dict[str, Any]:
    drawn: dict[str, list[int]] = {}
    for client in clients:
        if client.is_contractual:
            drawn.setdefault(f"{client.segment}/{client.interval}", []).append(client.theta)
    return {
        f"{segment}/{interval}": {
            "alpha": a,
            "beta": b,
            "mean": round(a / (a + b), 6),
            "clients": len(drawn.get(f"{segment}/{interval}", [])),
            "drawn_mean": round(_mean(drawn.get(f"{segment}/{interval}", [])) / 1e6, 6),
        }
        for (segment, interval), (a, b) in company.HAZARD_BETA.items()
    }


def _renewals(clients: list[Client]) -> dict[str, Any]:
    """Renewals that were drawn, the losses to expect of them, and those that came."""
    counted = [client for client in clients if not client.is_internal]
    hazards = [hazard / 1e6 for client in counted for _, hazard, _ in client.renewals]
    return {
        "drawn": len(hazards),
        "expected_losses": round(sum(hazards), 4),
        "variance_of_losses": round(sum(hazard * (1 - hazard) for hazard in hazards), 4),
        "losses": sum(is_lost for client in counted for *_, is_lost in client.renewals),
        "lost": {
            client.client_id: dates
            for client in (counted if len(clients) <= 2_000 else [])
            if (dates := [date_text(at // DAY) for at, _, is_lost in client.renewals if is_lost])
        },
    }


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0


def _onboarding(clients: list[Client]) -> dict[str, Any]:
    groups: dict[str, Counter[str]] = {"within_14_days": Counter(), "later_or_never": Counter()}
    for client in clients:
        if client.is_contractual and client.versions and not client.is_internal:
            name = "within_14_days" if client.onboarded_in_time else "later_or_never"
            groups[name]["clients"] += 1
            groups[name]["left"] += _has_left(client)
    return {
        "event_name": "onboarding_completed",
        "days": company.ONBOARDING_DAYS,
        "hazard_percent_within": company.ONBOARDED_HAZARD,
        "hazard_percent_otherwise": company.NOT_ONBOARDED_HAZARD,
        **{name: dict(sorted(counts.items())) for name, counts in groups.items()},
    }


def _has_left(client: Client) -> bool:
    return any(v.reason not in ("", "plan_changed", "budget_cut") for v in client.versions)


def _offers(clients: list[Client]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for client in clients:
        for offer in client.offers:
            group = "holdout" if offer.is_holdout else "treated"
            counts[f"{offer.kind}/{group}/offers"] += 1
            counts[f"{offer.kind}/{group}/outcomes"] += offer.outcome
            counts[f"{offer.kind}/{group}/redeemed"] += offer.redeemed is not None
    return {
        "holdout_share": contracts.HOLDOUT_PERMILLE / 1000,
        "upgrade_rate_holdout": contracts.UPGRADE_PERMILLE_HOLDOUT / 1000,
        "upgrade_rate_treated": contracts.UPGRADE_PERMILLE_TREATED / 1000,
        "retention_hazard_percent_treated": contracts.RETENTION_HAZARD_TREATED,
        "drawn": dict(sorted(counts.items())),
    }


def _story(clients: list[Client], named: dict[int, str]) -> dict[str, Any]:
    def ids(test: Any) -> list[str]:
        return [client.client_id for client in clients if test(client)]

    champion = next((c for c in clients if c.silent_from is not None), None)
    return {
        "internal": ids(lambda c: c.is_internal),
        "non_contractual": ids(lambda c: not c.is_contractual),
        "merged": {c.client_id: named[c.merged_into] for c in clients
                   if c.merged_into is not None},
        "merged_users": {u.user_id: c.users[0].user_id for c in clients for u in c.users
                         if u.merged_into is not None},
        "internal_users": [u.user_id for c in clients for u in c.users if u.is_internal],
        "resurrected": {
            c.client_id: {"last_active_date": date_text(c.gap[0]),
                          "resurrected_date": date_text(c.gap[1])}
            for c in clients if c.gap
        },
        "reactivated": ids(lambda c: len(_returns(c)) > 0),
        "paused": ids(lambda c: any(v.status == "paused" for v in c.versions)),
        "past_due": ids(lambda c: any(v.status == "past_due" for v in c.versions)),
        "second_subscription": ids(
            lambda c: any(v.subscription_id.endswith("-a") for v in c.versions)
        ),
        "scheduled_cancel": ids(lambda c: any(v.reason == "budget_cut" for v in c.versions)),
        "champion": None if champion is None or champion.silent_from is None else {
            "client_id": champion.client_id,
            "user_id": champion.users[1].user_id,
            "silent_from": date_text(champion.silent_from),
        },
    }  # fmt: skip


def _returns(client: Client) -> list[str]:
    """Return subscriptions that start after a gap without one."""
    main = [v for v in client.versions if not v.subscription_id.endswith("-a")]
    return [
        after.subscription_id
        for before, after in pairwise(main)
        if after.number == 1 and (before.status == "canceled" or before.ended != after.started)
    ]


def write_ledger(
    folder: Path, raw: RawTables, months: Iterable[str], truths: dict[str, Any]
) -> None:
    """Write the four files of the ledger."""
    folder.mkdir(parents=True, exist_ok=True)
    order = {name: place for place, name in enumerate(TABLES)}
    rows = sorted(raw.dispositions, key=lambda row: (order[row.table_name], *row[1:]))
    lines = ["table_name,row_key,loaded_at,disposition,reasons"]
    lines += [_line(row) for row in rows]
    _write(folder / "row_dispositions.csv", lines)
    totals = ["table_name,raw,accepted,duplicate,quarantined"]
    for name, counts in raw.totals.items():
        numbers = [sum(counts.values()), *counts.values()]
        totals.append(",".join([name, *map(str, numbers)]))
    _write(folder / "table_totals.csv", totals)
    _write(folder / "client_months.csv", months)
    text = json.dumps(truths, indent=2)
    (folder / "truths.json").write_text(text + "\n", encoding="utf-8")


def _line(cells: Iterable[str]) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)
