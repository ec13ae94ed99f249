"""Recurring revenue in plain Python, day by day: what the SQL is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

DAY = timedelta(days=1)
CENT = Decimal("0.0001")
PER_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "half_year": 2, "year": 1}


@dataclass(frozen=True)
class Version:
    """A version of a subscription, as delivered."""

    subscription: str
    number: int
    client: str
    plan: str | None
    status: str
    currency: str
    interval: str
    count: int
    quantity: int
    price: int
    discount: Decimal
    duration: str
    started: datetime
    ended: datetime | None = None
    trial_ends: datetime | None = None
    canceled: datetime | None = None
    loaded: datetime = datetime(2024, 1, 1)


@dataclass(frozen=True)
class Span:
    """What a version is worth a month, and on which days [start, end)."""

    version: Version
    contract: Decimal
    billed: Decimal
    mrr: Decimal
    start: date
    end: date


@dataclass(frozen=True)
class World:
    """What histories are read against."""

    as_of: date
    rates: dict[str, list[tuple[date, Decimal]]]
    canonical: dict[str, str]
    grace_days: int = 30
    grouping_minutes: int = 60
    statuses: tuple[str, ...] = ("active", "past_due")
    discounts: tuple[str, ...] = ("forever",)
    ends_on_request: bool = False

    def rate(self, currency: str, day: date) -> Decimal | None:
        """The rate that holds on a day."""
        held = [rate for start, rate in self.rates[currency] if start <= day]
        return held[-1] if held else None


def rounded(amount: Fraction | Decimal) -> Decimal:
    """Four decimals, half up."""
    if isinstance(amount, Fraction):
        amount = Decimal(amount.numerator) / Decimal(amount.denominator)
    return amount.quantize(CENT, ROUND_HALF_UP)


def spans(versions: Iterable[Version], world: World) -> list[Span]:
    """Versions as days that recur, by the policies of a world."""
    by_subscription: dict[str, list[Version]] = defaultdict(list)
    for version in sorted(versions, key=lambda v: v.number):
        by_subscription[version.subscription].append(version)
    instants: list[tuple[Version, datetime, datetime]] = []
    for history in by_subscription.values():
        unpaid_since: datetime | None = None
        for place, version in enumerate(history):
            end = version.ended or datetime.max
            if place + 1 < len(history):
                end = min(end, history[place + 1].started)
            if world.ends_on_request:
                end = min(end, version.canceled or datetime.max)
            unpaid_since = (
                (unpaid_since or version.started) if version.status == "past_due" else None
            )
            if unpaid_since is not None:
                end = min(end, unpaid_since + world.grace_days * DAY)
            start = max(version.started, version.trial_ends or version.started)
            instants.append((version, start, end))
    moved = moved_days(instants, world)
    found = []
    for version, start, end in instants:
        if version.status not in world.statuses or version.started.date() > world.as_of:
            continue
        value = Fraction(version.quantity * version.price * PER_YEAR[version.interval])
        value /= 12 * version.count
        counted = version.discount if version.duration in world.discounts else Decimal(0)
        span = Span(
            version,
            rounded(value),
            rounded(value * (1 - Fraction(version.discount))),
            rounded(value * (1 - Fraction(counted))),
            moved.get((version.client, start), start.date()),
            moved.get((version.client, end), end.date()),
        )
        if span.contract > 0 and span.start < span.end and span.start <= world.as_of:
            found.append(span)
    return found


def moved_days(
    instants: Iterable[tuple[Version, datetime, datetime]], world: World
) -> dict[tuple[str, datetime], date]:
    """The day of every change that others follow closely: that of the last of them."""
    changes: dict[str, set[datetime]] = defaultdict(set)
    for version, start, end in instants:
        if version.status in world.statuses and start < end:
            changes[version.client] |= {
                moment for moment in (start, end) if moment.date() <= world.as_of
            }
    days = {}
    for client, moments in changes.items():
        chain: list[datetime] = []
        for moment in sorted(moments, reverse=True):
            if not chain or chain[-1] - moment >= timedelta(minutes=world.grouping_minutes):
                chain = [moment]
            else:
                chain.append(moment)
            days[client, moment] = chain[0].date()
    return days


Levels = dict[tuple[str, str], dict[date, tuple[int, Decimal, Decimal, Decimal]]]


def levels(found: Iterable[Span], world: World) -> Levels:
    """Seats, contract, billed and counted MRR by client, currency and day, where there are any."""
    held: Levels = defaultdict(dict)
    for span in found:
        key = (world.canonical[span.version.client], span.version.currency)
        day = span.start
        while day < span.end and day <= world.as_of:
            seats, contract, billed, mrr = held[key].get(day, (0, *[Decimal(0)] * 3))
            held[key][day] = (
                seats + span.version.quantity,
                contract + span.contract,
                billed + span.billed,
                mrr + span.mrr,
            )
            day += DAY
    return held


Totals = dict[tuple[str, date], Decimal]


def totals(held: Levels, world: World) -> Totals:
    """MRR by client and day in the reporting currency, where there is any."""
    found: Totals = defaultdict(Decimal)
    for (client, currency), days in held.items():
        for day, (*_, mrr) in days.items():
            rate = world.rate(currency, day)
            assert rate is not None
            if mrr > 0:
                found[client, day] += rounded(mrr * rate)
    return dict(found)


Movement = tuple[str, str, date, str]


def movements(held: Levels, world: World) -> dict[Movement, tuple[Decimal, Decimal]]:
    """Original and reported change by client, currency, day and type."""
    moved: dict[Movement, tuple[Decimal, Decimal]] = {}
    for (client, currency), days in held.items():
        m0 = r0 = Decimal(0)
        had = False
        day = min(days)
        while day <= world.as_of:
            m1 = days[day][3] if day in days else Decimal(0)
            rate = world.rate(currency, day)
            assert rate is not None
            r1 = rounded(m1 * rate)
            if m1 == 0:
                kind, change = "churn", -r0
            elif m0 == 0:
                kind, change = ("reactivation" if had else "new"), r1
            else:
                kind = "expansion" if m1 > m0 else "contraction"
                change = rounded((m1 - m0) * rate)
            if m1 != m0:
                moved[client, currency, day, kind] = (m1 - m0, change)
            else:
                change = Decimal(0)
            if r1 - r0 != change:
                moved[client, currency, day, "fx"] = (Decimal(0), r1 - r0 - change)
            had = had or m1 > 0
            m0, r0, day = m1, r1, day + DAY
    return moved


Plans = dict[tuple[str, str, date], set[str | None]]


def plans(found: Iterable[Span], world: World) -> Plans:
    """The plans of a client in a currency, by day."""
    held: Plans = defaultdict(set)
    for span in found:
        day = span.start
        while day < span.end and day <= world.as_of:
            client = world.canonical[span.version.client]
            held[client, span.version.currency, day].add(span.version.plan)
            day += DAY
    return held


def parts(
    before: tuple[int, Decimal, Decimal, Decimal], after: tuple[int, Decimal, Decimal, Decimal]
) -> tuple[Decimal, Decimal]:
    """What seats and discounts are of a change, in the original currency."""
    (q0, c0, _, m0), (q1, c1, _, m1) = before, after
    return m0 / q0 * (q1 - q0), m1 - c1 * m0 / c0


def later(start: date, interval: str, steps: int) -> date:
    """A day some billing intervals later; the last of a month where it has none of that number."""
    if interval in ("day", "week"):
        return start + steps * (7 if interval == "week" else 1) * DAY
    months = start.year * 12 + start.month - 1 + steps * 12 // PER_YEAR[interval]
    return min(_first_of(months) + (start.day - 1) * DAY, _first_of(months + 1) - DAY)


def _first_of(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


Run = list[Span]
# End, available MRR and what followed it, or None while the term runs.
Term = tuple[date, Decimal, Decimal | None]


def runs(found: Iterable[Span]) -> list[Run]:
    """Versions of a subscription without a break or another billing interval between them."""
    made: list[Run] = []
    for span in sorted(found, key=lambda s: (s.version.subscription, s.version.number)):
        last = made[-1][-1] if made else None
        if last and (
            (last.version.subscription, last.version.interval, last.version.count, last.end)
            == (span.version.subscription, span.version.interval, span.version.count, span.start)
        ):
            made[-1].append(span)
        else:
            made.append([span])
    return made


def has_notice(version: Version, world: World) -> bool:
    """Whether an end that is still to come was known: asked for, or delivered."""
    given = version.canceled or (version.ended and version.loaded)
    return given is not None and given.date() <= world.as_of


def renewals(
    found: Sequence[Span], versions: Sequence[Version], world: World
) -> dict[tuple[str, date], Term]:
    """Every term of a subscription that was worth something on its last day."""
    coming = {
        world.canonical[version.client]
        for version in versions
        if version.started.date() > world.as_of >= version.loaded.date()
    }

    def worth(name: str, day: date, valued: date) -> Decimal | None:
        for span in found:
            if span.version.subscription == name and span.start <= day < span.end:
                rate = world.rate(span.version.currency, valued)
                assert rate is not None
                return rounded(span.mrr * rate)
        return None

    lost: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    begun: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    terms = {}
    for run in runs(found):
        first, start, end = run[0].version, run[0].start, run[-1].end
        client = world.canonical[first.client]
        leaves = has_notice(run[-1].version, world) and client not in coming
        if worth(first.subscription, start - DAY, start) is None:
            begun[client, start] += worth(first.subscription, start, start) or 0
        begins, number = start, 0
        while begins < end and begins <= world.as_of:
            number += 1
            due = later(start, first.interval, number * first.count)
            ends = min(due, end) if end <= world.as_of or leaves else due
            is_open = ends > world.as_of
            last = world.as_of if is_open else ends - DAY
            available = worth(first.subscription, last, world.as_of if is_open else ends)
            assert available is not None
            follows = None if is_open else worth(first.subscription, ends, ends)
            terms[first.subscription, begins] = (client, ends, available, is_open, follows)
            if not is_open and follows is None:
                lost[client, ends] += available
            begins = ends
    expected: dict[tuple[str, date], Term] = {}
    for key, (client, ends, available, is_open, follows) in terms.items():
        if available == 0:
            continue
        followed = None if is_open else follows
        if not is_open and follows is None:
            share = Fraction(available) / Fraction(lost[client, ends])
            followed = rounded(Fraction(begun[client, ends]) * share)
        expected[key] = (ends, available, followed)
    return expected


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months that end within two days."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in days if (day + DAY).day == 1]


def retained(
    held: Levels, world: World, paid: Totals, ends: Sequence[date], base: int, period: int,
    cohort: bool,
) -> list[tuple[Decimal, Decimal | None, bool]]:  # fmt: skip
    """Of each client of a base: base MRR, MRR at the rates of then (None: no rate), unbroken."""
    found = []
    for client in sorted(set(world.canonical.values())):
        months = [n for n, end in enumerate(ends) if (client, end) in paid]
        if base not in months or (cohort and months[0] != base):
            continue
        now: Decimal | None = Decimal(0)
        for (owner, currency), days in held.items():
            level = days.get(ends[base + period])
            if owner == client and level and level[3] > 0:
                rate = world.rate(currency, ends[base])
                now = None if rate is None or now is None else now + rounded(level[3] * rate)
        length = (ends[base + period] - ends[base]).days + 1
        unbroken = all((client, ends[base] + n * DAY) in paid for n in range(length))
        found.append((paid[client, ends[base]], now, unbroken))
    return found


def known_at(deliveries: Iterable[Version], moment: datetime) -> list[Version]:
    """Of each version the latest delivery before a moment."""
    latest: dict[tuple[str, int], Version] = {}
    for delivery in sorted(deliveries, key=lambda d: d.loaded):
        if delivery.loaded < moment:
            latest[delivery.subscription, delivery.number] = delivery
    return list(latest.values())


def known_with_history(deliveries: Sequence[Version], moment: datetime) -> list[Version]:
    """The same where what was loaded on the first day counts as known when it happened.

    Of each version the last delivery of that day tells; its end, if it is told, is known from
    when the subscription was cancelled or else from the end itself.
    """
    first_day = min(delivery.loaded for delivery in deliveries).date()
    history = known_at([d for d in deliveries if d.loaded.date() == first_day], datetime.max)
    known = {}
    for told in history:
        end = told.canceled or told.ended
        if min(told.started, told.loaded) < moment:
            is_over = end is None or min(end, told.loaded) < moment
            now = told if is_over else replace(told, ended=None, canceled=None)
            known[told.subscription, told.number] = now
    later = [d for d in deliveries if d.loaded.date() > first_day]
    known |= {(d.subscription, d.number): d for d in known_at(later, moment)}
    return list(known.values())


def split(version: Version, moment: datetime) -> list[Version]:
    """A version as two that are the same, the second with a number of its own."""
    if not version.started < moment < (version.ended or datetime.max):
        return [replace(version, number=version.number * 2)]
    return [
        replace(version, ended=moment, number=version.number * 2),
        replace(version, started=moment, number=version.number * 2 + 1),
    ]
