"""Billing tables: plans, exchange rates, subscription versions and invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from random import Random

from .company import Client, Version, chance
from .contract import EVENTS, INCLUDED_SEATS, PLANS
from .contracts import TERM_MONTHS, describe_version
from .raw_tables import RawTables
from .timeline import DAY, LOAD_HOUR, Settings, add_months, date_text, day_of, time_text

# Rates in ten-thousandths of a dollar.
BASE_RATE = {"EUR": 10_850, "GBP": 12_600}
FX_SHOCK_DATE = "2024-11-06"
FX_SHOCK_PERCENT = {"EUR": -7, "GBP": -9}


@dataclass(frozen=True)
class Rates:
    """Rates by currency as (first day, ten-thousandths of a dollar), in order of days."""

    steps: dict[str, list[tuple[int, int]]]

    def at(self, currency: str, day: int) -> int:
        """Return the rate that holds on a day, in ten-thousandths."""
        if currency not in self.steps:
            return 10_000
        return [rate for start, rate in self.steps[currency] if start <= day][-1]


def make_rates(settings: Settings) -> Rates:
    """Draw month-start rates as a random walk, with one shock on a date of its own."""
    rng = Random(f"{settings.seed}:rates")
    shock = day_of(date.fromisoformat(FX_SHOCK_DATE))
    steps: dict[str, list[tuple[int, int]]] = {}
    for currency, base in BASE_RATE.items():
        rate, level = base, []
        for month in range(-14, settings.months):
            day = add_months(settings.first_day, month)
            rate += rate * rng.randrange(-12, 13) // 1000
            level.append((day, rate))
            if day <= shock < add_months(day, 1):
                rate += rate * FX_SHOCK_PERCENT[currency] // 100
                level.append((shock, rate))
        steps[currency] = level
    return Rates(steps)


def deliver_catalogue(settings: Settings, raw: RawTables, rates: Rates) -> None:
    """Deliver plans, their features and the exchange rates, a few of them twice."""
    first = settings.first_load
    for rank in (1, 2, 3):
        row = {
            "plan_id": PLANS[rank],
            "plan_name": PLANS[rank].title(),
            "plan_rank": str(rank),
            "included_seats": INCLUDED_SEATS[rank],
        }
        deliveries = [(first, row)]
        if rank == 2:
            later = settings.load_time(first + 40 * DAY)
            deliveries = [(first, {**row, "plan_name": "Growth (old)"}), (later, row)]
        raw.deliver("plans", deliveries)
        for _, feature, least in EVENTS:
            if feature and rank >= least:
                values = {"plan_id": PLANS[rank], "feature": feature}
                again = settings.load_time(first + 30 * DAY)
                twice = rank == 1 and feature == "reports"
                raw.deliver("plan_features", [(first, values)] + [(again, values)] * twice)
    for currency, levels in rates.steps.items():
        for place, (day, rate) in enumerate(levels):
            _deliver_rate(settings, raw, currency, day, rate, place % 11 == 5)


def _deliver_rate(
    settings: Settings, raw: RawTables, currency: str, day: int, rate: int, twice: bool
) -> None:
    """Deliver a rate on its morning; a corrected one arrives two days later."""
    row = {"rate_date": date_text(day), "currency_code": currency, "rate": _rate_text(rate)}
    arrival = max(settings.first_load, day * DAY + LOAD_HOUR)
    deliveries = [(arrival, row)]
    if twice:
        wrong = {**row, "rate": _rate_text(rate + 55)}
        deliveries = [(arrival, wrong), (min(arrival + 2 * DAY, settings.last_load), row)]
    raw.deliver("exchange_rates", deliveries)


def _rate_text(rate: int) -> str:
    return f"{rate // 10_000}.{rate % 10_000:04d}"


def deliver_subscriptions(settings: Settings, raw: RawTables, client: Client) -> None:
    """Deliver each version when it starts, and again when its end is known."""
    for version in client.versions:
        row = {**describe_version(client, version), "plan_id": PLANS[version.rank]}
        if version.status == "canceled":
            row.update(_ending(version))
        deliveries = [(settings.load_time(version.started), row)]
        if version.ended is not None and version.status != "canceled":
            known = version.ended if version.canceled is None else version.canceled
            known = min(known, version.ended)
            if known < settings.end:
                arrival = max(settings.load_time(known), settings.load_time(version.started))
                ending = {**_ending(version), "ended_at": time_text(version.ended)}
                deliveries.append((arrival, {**row, **ending}))
        elif version.ended is not None:
            arrival = settings.load_time(version.ended)
            deliveries.append((arrival, {**row, "ended_at": time_text(version.ended)}))
        raw.deliver("subscriptions", deliveries)


def _ending(version: Version) -> dict[str, str]:
    flag = {True: "true", False: "false", None: ""}[version.voluntary]
    return {
        "cancel_reason": version.reason,
        "is_voluntary_cancel": flag,
        "canceled_at": time_text(version.canceled),
    }


def deliver_invoices(settings: Settings, raw: RawTables, client: Client) -> None:
    """Bill every term in advance, and one-off purchases of clients without a contract."""
    rng = Random(f"{settings.seed}:invoices:{client.index}")
    if client.is_contractual:
        bills = _contract_bills(settings, client)
    else:
        bills = _purchases(settings, client, rng)
    for sequence, bill in enumerate(bills, start=1):
        issued, subscription_id, cents, currency, status = bill
        row = {
            "invoice_id": f"i{client.client_id[1:]}-{sequence}",
            "client_id": client.client_id,
            "subscription_id": subscription_id,
            "currency_code": currency,
            "issued_at": time_text(issued),
        }
        _deliver_invoice(settings, raw, rng, row, issued, cents, status)


def _deliver_invoice(
    settings: Settings, raw: RawTables, rng: Random, row: dict[str, str], issued: int,
    cents: int, status: str,
) -> None:  # fmt: skip
    delay = rng.randrange(3600, 9 * DAY) + (25 * DAY if status == "past_due" else 0)
    paid = issued + delay
    draw = rng.randrange(1000)
    row["amount"] = f"{cents // 100}.{cents % 100:02d}"
    opened = {**row, "status": "open"}
    if status == "uncollectible" or draw < 10:
        closed = {**row, "status": "uncollectible" if status == "uncollectible" else "void"}
    else:
        closed = {**row, "status": "paid", "paid_at": time_text(paid)}
    start, end = settings.load_time(issued), settings.load_time(paid)
    if paid >= settings.end:
        raw.deliver("invoices", [(start, opened)])
    elif draw % 7 == 0:
        raw.deliver("invoices", [(start, opened), (end, closed)])
    else:
        raw.deliver("invoices", [(end, closed)])
    if draw >= 990 and paid + 5 * DAY < settings.end:
        credit = {**row, "invoice_id": row["invoice_id"] + "c", "amount": "-" + row["amount"]}
        credit.update(status="refunded", issued_at=time_text(paid + 4 * DAY))
        raw.deliver("invoices", [(settings.load_time(paid + 4 * DAY), credit)])


Bill = tuple[int, str, int, str, str]


def _contract_bills(settings: Settings, client: Client) -> Iterator[Bill]:
    """Yield (instant, subscription, cents, currency, status) for every term since the window."""
    for name, group in groupby(client.versions, key=lambda version: version.subscription_id):
        versions = list(group)
        paying = [version for version in versions if version.status != "trialing"]
        if not paying:
            continue
        start = max(paying[0].started, paying[0].trial_ends or 0)
        for place, moment in enumerate(_terms(settings, paying[0], start)):
            version = _in_force(versions, moment)
            if version is None or version.status in ("paused", "canceled"):
                continue
            if moment >= settings.first_day * DAY:
                yield moment, name, _amount(version, place), version.currency, _pay(version)


def _terms(settings: Settings, version: Version, start: int) -> Iterator[int]:
    day, clock = divmod(start, DAY)
    months = TERM_MONTHS[version.interval] * version.interval_count
    number = 0
    while day * DAY + clock < settings.end:
        yield day * DAY + clock
        number += 1
        weekly = version.interval == "week"
        day = day + 7 if weekly else add_months(start // DAY, number * months)


def _in_force(versions: list[Version], moment: int) -> Version | None:
    for version in versions:
        if version.started <= moment and (version.ended is None or moment < version.ended):
            return version
    return None


def _amount(version: Version, place: int) -> int:
    """Return the cents of one term: a `once` discount holds for the first, `repeating` for six."""
    duration = version.discount_duration
    off = (duration == "once" and place > 0) or (duration == "repeating" and place > 5)
    percent = 0 if off else version.discount_percent
    return version.quantity * version.unit_price * (100 - percent) // 100


def _pay(version: Version) -> str:
    if version.status != "past_due":
        return "active"
    return "uncollectible" if version.reason == "payment_failed" else "past_due"


def _purchases(settings: Settings, client: Client, rng: Random) -> Iterator[Bill]:
    """Yield one-off purchases at the client's own pace until it drops out for good."""
    pace = rng.randrange(15, 80)
    moment = client.created + rng.randrange(3600, 3 * DAY)
    while moment < settings.end:
        if moment >= settings.first_day * DAY:
            yield moment, "", rng.randrange(4_000, 90_000), client.currency, "active"
        if chance(rng, 45):
            return
        moment += rng.randrange(DAY, 2 * pace * DAY)
