"""The life of a subscription: trials, renewals, changes, pauses, churn and return."""

from dataclasses import replace
from datetime import date
from random import Random

from .company import (
    NOT_ONBOARDED_HAZARD,
    ONBOARDED_HAZARD,
    Client,
    Offer,
    Version,
    chance,
    pick,
)
from .contract import LIST_PRICE
from .timeline import DAY, Settings, add_months, day_of, time_text

PRICE_RISE_DATE = "2024-09-01"
PRICE_RISE_PERCENT = 8
OFFER_PERMILLE = 70
HOLDOUT_PERMILLE = 300
UPGRADE_PERMILLE_HOLDOUT, UPGRADE_PERMILLE_TREATED = 120, 320
RETENTION_HAZARD_TREATED = 50  # percent of the hazard without the offer
REASONS = (("too_expensive", 30), ("missing_feature", 22), ("switched", 20), ("no_need", 18),
           ("poor_support", 10))  # fmt: skip
TERM_MONTHS = {"day": 1, "week": 1, "month": 1, "quarter": 3, "half_year": 6, "year": 12}
# How many monthly prices one billing interval costs, in hundredths.
INTERVAL_PRICE = {"week": 23, "month": 100, "quarter": 290, "half_year": 550, "year": 1000}


def price_rise_day() -> int:
    """Return the first day of the new price list."""
    return day_of(date.fromisoformat(PRICE_RISE_DATE))


class ContractSimulator:
    """Simulates the main subscription of one client; a plan swap may start a new one."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self.settings = settings
        self.client = client
        self.rng = Random(f"{settings.seed}:contract:{client.index}")
        self.clock = self.rng.randrange(8 * 60, 17 * 60) * 60
        self.subscriptions = 0
        self.step = 0
        self.anchor = 0
        self.returned = False
        self.has_risen = False

    @property
    def current(self) -> Version:
        """The version that runs, or the last one."""
        return self.client.versions[-1]

    @property
    def is_protected(self) -> bool:
        """Whether the story needs this client to stay."""
        return self.client.role in (
            "champion", "resurrected", "scheduled_cancel", "second_subscription", "past_due_now",
        )  # fmt: skip

    def run(self) -> None:
        """Write the client's versions and offers."""
        client, rng = self.client, self.rng
        start = max(client.created_day + 1, client.created // DAY) + rng.randrange(0, 3)
        if start * DAY + self.clock >= self.settings.end:
            return
        if self._begin(start):
            while self._advance():
                pass
        if client.role == "scheduled_cancel":
            self._schedule_cancel()
        if client.role == "past_due_now":
            self._fall_behind(self.settings.end - rng.randrange(10, 50) * DAY)

    def _price(self, rank: int, interval: str, day: int) -> int:
        price = LIST_PRICE[self.client.currency][rank] * INTERVAL_PRICE[interval] // 100
        if day >= price_rise_day():
            price = (price * (100 + PRICE_RISE_PERCENT) + 50) // 100
        return price

    def _open(self, day: int, rank: int, quantity: int, status: str, trial: int | None) -> None:
        client, rng = self.client, self.rng
        self.subscriptions += 1
        interval, count = client.interval, 1
        if client.role in ("plain", "merged") and interval == "month":
            odd = rng.randrange(100)
            interval = {0: "week", 1: "half_year"}.get(odd, "quarter" if odd < 8 else "month")
            count = 3 if odd == 8 else 1
        discount, duration = self._discount()
        price = self._price(rank, interval, day) * count
        self.has_risen = day >= price_rise_day()
        version = Version(
            f"s{client.client_id[1:]}-{self.subscriptions}", 1, rank, status, quantity, price,
            client.currency, interval, count, discount, duration, trial, day * DAY + self.clock,
        )  # fmt: skip
        client.versions.append(version)

    def _discount(self) -> tuple[int, str]:
        draw = self.rng.randrange(100)
        if draw < 12:
            return self.rng.choice((5, 10, 15, 20)), "" if draw < 3 else "forever"
        if draw < 19:
            return 25, "once"
        return (10, "repeating") if draw < 24 else (0, "")

    def _begin(self, day: int) -> bool:
        """Open the first subscription; False when it ends with its trial."""
        client, rng = self.client, self.rng
        rank = {"smb": 1, "mid_market": 2, "enterprise": 3}[client.segment]
        rank = max(1, rank - (1 if chance(rng, 350) else 0))
        seats = {"smb": 3, "mid_market": 12, "enterprise": 40}[client.segment]
        seats = max(1, seats * (50 + rng.randrange(150)) // 100)
        self.anchor = day
        draw = rng.randrange(100)
        if draw < 6:
            trial = (day + 14) * DAY + self.clock
            self._open(day, rank, seats, "active", trial)
            return True
        if draw < 38:
            return self._trial(day, rank, seats)
        self._open(day, rank, seats, "active", None)
        return True

    def _trial(self, day: int, rank: int, seats: int) -> bool:
        end = (day + 14) * DAY + self.clock
        self._open(day, rank, seats, "trialing", end)
        if end >= self.settings.end:
            return False
        in_window = end >= self.settings.first_day * DAY
        if in_window and not self.is_protected and chance(self.rng, 260):
            self._close(end, end - 2 * DAY, "trial_not_converted", True)
            return False
        self.anchor = day + 14
        self._change(end, status="active")
        return True

    def _change(self, moment: int, new_id: bool = False, **changes: object) -> None:
        """End the current version and start the next at the same instant."""
        before = self.current
        if new_id:
            self.subscriptions += 1
            name = f"s{self.client.client_id[1:]}-{self.subscriptions}"
            after = replace(before, subscription_id=name, number=1)
        else:
            after = replace(before, number=before.number + 1)
        before.ended = moment
        if new_id:
            before.canceled, before.reason, before.voluntary = moment, "plan_changed", True
        # An extra keyword that is no column would be a programming error, and replace says so.
        self.client.versions.append(replace(after, started=moment, **changes))  # type: ignore[arg-type]

    def _close(self, ended: int, canceled: int | None, reason: str, voluntary: bool) -> None:
        last = self.current
        last.ended, last.canceled = ended, canceled
        last.reason, last.voluntary = reason, voluntary
        if ended < self.settings.end and chance(self.rng, 200):
            after = replace(last, number=last.number + 1, status="canceled", started=ended)
            self.client.versions.append(replace(after, ended=None))

    def _advance(self) -> bool:
        """Live one more month; False when the story ends."""
        self.step += 1
        day = add_months(self.anchor, self.step)
        moment = day * DAY + self.clock
        if moment >= self.settings.end:
            return False
        version = self.current
        term = TERM_MONTHS[version.interval] * version.interval_count
        in_window = day >= self.settings.first_day + 30
        offer = self._draw_offer(moment) if in_window else None
        if offer and offer.kind == "upgrade_discount" and offer.outcome:
            self.has_risen = self.has_risen or day >= price_rise_day()
            self._swap_plan(moment, version.rank + 1)
            return True
        if self.step % term == 0:
            if in_window and self._churns(moment, offer):
                return self._come_back()
            self._raise_price(moment, day)
        if in_window:
            return self._maybe_change(moment)
        return True

    def _draw_offer(self, moment: int) -> Offer | None:
        rng, rank = self.rng, self.current.rank
        if self.step < 3 or self.is_protected or not chance(rng, OFFER_PERMILLE):
            return None
        kind = "upgrade_discount" if rank < 3 and chance(rng, 800) else "retention_discount"
        is_holdout = chance(rng, HOLDOUT_PERMILLE)
        offered = moment - 25 * DAY + rng.randrange(3600)
        if kind == "upgrade_discount":
            rate = UPGRADE_PERMILLE_HOLDOUT if is_holdout else UPGRADE_PERMILLE_TREATED
            taken = chance(rng, rate)
            outcome = taken
        else:
            taken, outcome = chance(rng, 400), True
        redeemed = moment - rng.randrange(DAY, 20 * DAY) if taken and not is_holdout else None
        offer = Offer(kind, is_holdout, offered, redeemed, outcome)
        self.client.offers.append(offer)
        return offer

    def _churns(self, moment: int, offer: Offer | None) -> bool:
        if self.is_protected:
            return False
        client, rng = self.client, self.rng
        percent = ONBOARDED_HAZARD if client.onboarded_in_time else NOT_ONBOARDED_HAZARD
        if offer and offer.kind == "retention_discount" and not offer.is_holdout:
            percent = percent * RETENTION_HAZARD_TREATED // 100
        hazard = min(950_000, client.theta * percent // 100)
        is_lost = rng.randrange(1_000_000) < hazard
        client.renewals.append((moment, hazard, is_lost))
        if not is_lost:
            return False
        if offer and offer.kind == "retention_discount":
            offer.outcome, offer.redeemed = False, None
        if chance(rng, 740):
            asked = max(self.current.started + 60, moment - rng.randrange(2 * DAY, 24 * DAY))
            self._close(moment, asked, pick(rng, REASONS), True)
        else:
            self._fail_payment(moment)
        return True

    def _fail_payment(self, moment: int) -> None:
        self._change(moment, status="past_due")
        ended = moment + self.rng.randrange(14, 45) * DAY
        if ended < self.settings.end:
            self._close(ended, ended, "payment_failed", False)

    def _come_back(self) -> bool:
        """Start again after a gap, once and for some."""
        last = self.current
        left = last.started if last.status == "canceled" else last.ended
        if self.returned or left is None or not chance(self.rng, 220):
            return False
        day = left // DAY + self.rng.randrange(40, 150)
        if day >= self.settings.last_day - 10:
            return False
        if last.status == "canceled":
            last.ended = left + 30 * DAY
        self.returned = True
        self.anchor, self.step = day, 0
        self._open(day, last.rank, max(1, last.quantity), "active", None)
        return True

    def _raise_price(self, moment: int, day: int) -> None:
        if not self.has_risen and day >= price_rise_day():
            self.has_risen = True
            risen = (self.current.unit_price * (100 + PRICE_RISE_PERCENT) + 50) // 100
            self._change(moment, unit_price=risen)

    def _maybe_change(self, moment: int) -> bool:
        rng, version = self.rng, self.current
        if version.started == moment:
            return True
        draw = rng.randrange(1000)
        quantity = version.quantity
        seats = max(1, quantity * rng.randrange(10, 40) // 100)
        if draw < 40:
            self._change(moment, quantity=quantity + seats)
        elif draw < 60 and quantity > 2:
            self._change(moment, quantity=quantity - seats)
        elif draw < 68 and version.rank < 3:
            self._swap_plan(moment, version.rank + 1)
        elif draw < 76 and version.rank > 1:
            self._swap_plan(moment, version.rank - 1)
        elif draw < 88:
            return self._interrupt(moment, "paused", 25)
        elif draw < 98:
            return self._interrupt(moment, "past_due", 9)
        return True

    def _swap_plan(self, moment: int, rank: int) -> None:
        version, day = self.current, moment // DAY
        price = self._price(rank, version.interval, day if self.has_risen else 0)
        price *= version.interval_count
        self._change(moment, chance(self.rng, 300), rank=rank, unit_price=price)

    def _interrupt(self, moment: int, status: str, days: int) -> bool:
        """Pause or fall behind, and resume; the month's steps in between do not happen."""
        months = self.rng.randrange(3)
        self._change(moment, status=status)
        self.step += months
        resumed = moment + (days + 28 * months) * DAY
        if resumed >= self.settings.end:
            return False
        self._change(resumed, status="active")
        return True

    def _fall_behind(self, moment: int) -> None:
        version = self.current
        if version.ended is None and version.status == "active" and version.started < moment:
            self._change(moment, status="past_due")

    def _schedule_cancel(self) -> None:
        version = self.current
        if version.ended is not None or version.status != "active":
            return
        asked = max(version.started + 3600, self.settings.end - self.rng.randrange(3, 25) * DAY)
        ended = self.settings.end + self.rng.randrange(5, 70) * DAY
        if asked < self.settings.end:
            version.canceled, version.ended = asked, ended
            version.reason, version.voluntary = "budget_cut", True


def add_second_subscription(settings: Settings, client: Client) -> None:
    """Give the client an add-on that runs beside its main subscription."""
    rng = Random(f"{settings.seed}:second:{client.index}")
    day = client.created_day + rng.randrange(60, 200)
    if day >= settings.last_day or not client.versions:
        return
    moment = day * DAY + rng.randrange(8 * 3600, 17 * 3600)
    price = LIST_PRICE[client.currency][1]
    addon = Version(
        f"s{client.client_id[1:]}-a", 1, 1, "active", rng.randrange(2, 9), price,
        client.currency, "month", 1, 0, "", None, moment,
    )  # fmt: skip
    if chance(rng, 300):
        addon.ended = min(moment + rng.randrange(90, 200) * DAY, settings.end + 9 * DAY)
        addon.canceled = min(addon.ended - 5 * DAY, settings.end - DAY)
        if addon.canceled <= moment:
            addon.ended = addon.canceled = None
        else:
            addon.reason, addon.voluntary = "no_need", True
    client.versions.append(addon)


def simulate_contract(settings: Settings, client: Client) -> None:
    """Write versions, offers and the usage levels of one client."""
    if client.is_contractual:
        ContractSimulator(settings, client).run()
        _set_levels_from_versions(settings, client)
        if client.role == "second_subscription":
            add_second_subscription(settings, client)
    else:
        rng = Random(f"{settings.seed}:buyer:{client.index}")
        stop = client.created_day + rng.randrange(150, 900)
        _set_levels(settings, client, client.created_day, stop, 60, 1)
    if client.role == "resurrected":
        _set_gap(settings, client)


def _set_levels(
    settings: Settings, client: Client, start: int, stop: int, level: int, rank: int
) -> None:
    """Set usage of the days [start, stop) of the calendar."""
    first = max(0, start - settings.first_day)
    for offset in range(first, min(settings.day_count, stop - settings.first_day)):
        client.levels[offset] = level
        client.ranks[offset] = rank


STATUS_LEVEL = {"trialing": 110, "active": 100, "past_due": 70, "paused": 6, "canceled": 0}


def _set_levels_from_versions(settings: Settings, client: Client) -> None:
    for version in client.versions:
        # The day a version starts belongs to it; the day it ends does not, the product is shut.
        stop = settings.last_day + 2 if version.ended is None else version.ended // DAY
        start = version.started // DAY
        if version.number == 1 and version.subscription_id.endswith("-1"):
            start = client.created_day
        level = STATUS_LEVEL[version.status]
        if not client.onboarded_in_time:
            level = level * 80 // 100
        _set_levels(settings, client, start, stop, level, version.rank)
        if version.voluntary and version.reason not in ("plan_changed", "trial_not_converted"):
            leaving = max(start, stop - 60)
            _set_levels(settings, client, leaving, stop, level * 50 // 100, version.rank)
            _set_levels(settings, client, max(start, stop - 25), stop, level // 5, version.rank)


def _set_gap(settings: Settings, client: Client) -> None:
    """Silence the client for 70 to 100 whole days between two days with certain usage."""
    rng = Random(f"{settings.seed}:gap:{client.index}")
    earliest = max(client.created_day, settings.first_day) + 90
    latest = settings.last_day - 110
    if earliest >= latest:
        client.role = "plain"
        return
    before = rng.randrange(earliest, latest)
    after = before + rng.randrange(71, 101)
    client.gap = (before, after)
    for day in range(before + 1, after):
        client.levels[day - settings.first_day] = 0


def describe_version(client: Client, version: Version) -> dict[str, str]:
    """Return a version as delivered while it still ran."""
    return {
        "subscription_id": version.subscription_id,
        "version": str(version.number),
        "client_id": client.client_id,
        "status": version.status,
        "quantity": str(version.quantity),
        "unit_price": f"{version.unit_price // 100}.{version.unit_price % 100:02d}",
        "currency_code": version.currency,
        "billing_interval": version.interval,
        "billing_interval_count": str(version.interval_count),
        "discount_rate": f"0.{version.discount_percent:02d}" if version.discount_percent else "",
        "discount_duration": version.discount_duration,
        "trial_ends_at": time_text(version.trial_ends),
        "started_at": time_text(version.started),
    }
