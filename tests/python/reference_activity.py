"""Client activity and usage retention once more, the slow and obvious way.

Written from docs/definitions.md and from what the first lines of the marts promise, without their
SQL: every number is counted anew for every day, entity and cell from single events. Exact where
the marts round: rates are fractions.
"""

from __future__ import annotations

import calendar
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import Any

Row = dict[str, Any]
ENTITY_TYPES = ("client", "user")
GRAINS = ("day", "week", "month")
DAY = timedelta(days=1)
Z = 1.959963984540054


# ---- a history -----------------------------------------------------------------------


@dataclass(frozen=True)
class Valid:
    """Something that holds on the days [valid_from, valid_to)."""

    valid_from: date | None
    valid_to: date | None

    def holds(self, day: date) -> bool:
        starts, ends = self.valid_from or date.min, self.valid_to or date.max
        return starts <= day < ends


@dataclass(frozen=True)
class Definition(Valid):
    definition_id: str
    min_users: int
    min_events: int
    min_days: int
    window_days: int


@dataclass(frozen=True)
class CoreAction(Valid):
    definition_id: str
    event_name: str
    is_core: bool


@dataclass(frozen=True)
class Criterion:
    criterion_id: str
    step_number: int
    definition_id: str
    event_name: str | None
    min_events: int
    min_users: int
    within_days: int
    retained_after_days: int


@dataclass(frozen=True)
class Retention:
    retention_id: str
    definition_id: str
    entity_type: str
    period_grain: str
    start_type: str
    start_event_name: str | None
    return_event_name: str | None
    period_count: int
    is_by_attribute: bool


@dataclass(frozen=True)
class Bracket:
    period_grain: str
    bracket_start: int
    bracket_end: int


@dataclass(frozen=True)
class Client:
    client_id: str
    created_at: datetime
    segment: str | None
    is_internal: bool
    merged_into_client_id: str | None


@dataclass(frozen=True)
class User:
    user_id: str
    client_id: str
    created_at: datetime
    is_internal: bool
    merged_into_user_id: str | None


@dataclass(frozen=True)
class Plan:
    plan_id: str
    plan_rank: int | None


@dataclass(frozen=True)
class PlanFeature:
    plan_id: str
    feature: str


@dataclass(frozen=True)
class Version:
    subscription_id: str
    version: int
    client_id: str
    plan_id: str | None
    status: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Event:
    event_id: str
    client_id: str
    user_id: str
    event_name: str
    feature: str | None
    occurred_at: datetime


@dataclass(frozen=True)
class History:
    """Accepted rows of the raw tables and of the seeds, in UTC."""

    as_of_date: date
    definitions: list[Definition]
    core_actions: list[CoreAction]
    criteria: list[Criterion]
    retentions: list[Retention]
    brackets: list[Bracket]
    clients: list[Client]
    users: list[User]
    plans: list[Plan]
    plan_features: list[PlanFeature]
    versions: list[Version]
    events: list[Event]


# ---- numbers -------------------------------------------------------------------------


def rate(part: int | Fraction | None, whole: int | Fraction | None) -> Fraction | None:
    return None if part is None or not whole else Fraction(part) / Fraction(whole)


def wilson(part: int | None, whole: int | None, side: str) -> float | None:
    if part is None or not whole:
        return None
    p = part / whole
    centre = p + Z * Z / (2 * whole)
    gap = Z * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole))
    bound = (centre + (gap if side == "upper" else -gap)) / (1 + Z * Z / whole)
    return min(1.0, max(0.0, bound))


def with_interval(name: str, part: int | None, whole: int | None) -> Row:
    return {
        name: rate(part, whole),
        f"{name}_lower": wilson(part, whole, "lower"),
        f"{name}_upper": wilson(part, whole, "upper"),
    }


def newcombe(a: tuple[int, int], b: tuple[int, int], side: str) -> float | None:
    """One side of the interval of a difference of two shares (Newcombe 1998, method 10)."""
    if not a[1] or not b[1]:
        return None
    p, q = a[0] / a[1], b[0] / b[1]
    lower_a, upper_a = (wilson(*a, side) or 0.0 for side in ("lower", "upper"))
    lower_b, upper_b = (wilson(*b, side) or 0.0 for side in ("lower", "upper"))
    if side == "lower":
        return p - q - sqrt((p - lower_a) ** 2 + (upper_b - q) ** 2)
    return p - q + sqrt((upper_a - p) ** 2 + (q - lower_b) ** 2)


def kaplan_meier_median(subjects: Iterable[tuple[int, bool]]) -> int | None:
    """The first day after which at most half remain; (days, whether it ended then)."""
    durations = list(subjects)
    remaining = Fraction(1)
    for day in sorted({days for days, has_ended in durations if has_ended}):
        at_risk = sum(days >= day for days, _ in durations)
        ended = sum(days == day and has_ended for days, has_ended in durations)
        remaining *= 1 - Fraction(ended, at_risk)
        if remaining <= Fraction(1, 2):
            return day
    return None


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def days_between(first: date, last: date) -> Iterator[date]:
    """All days from the first to the last."""
    while first <= last:
        yield first
        first += DAY


# ---- the marts -----------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """An event that counts, by whom it counts for."""

    client_id: str
    user_id: str
    event_name: str
    feature: str | None
    day: date


@dataclass
class Reference:
    """The marts of a history."""

    history: History
    time_zone: tzinfo = UTC
    week_start_day: str = "monday"
    default_definition_id: str = "default"
    baseline_weeks: int = 8
    baseline_weeks_min: int = 4
    engagement_score_limit: Fraction = Fraction(2)

    @property
    def as_of(self) -> date:
        return self.history.as_of_date

    def marts(self) -> dict[str, list[Row]]:
        made: dict[str, Callable[[], Iterable[Row]]] = {
            "fct_client_activity_daily": self.client_activity_daily,
            "fct_user_activity_daily": self.user_activity_daily,
            "fct_active_clients_daily": lambda: self.actives_daily("client"),
            "fct_active_users_daily": lambda: self.actives_daily("user"),
            "fct_active_days_distribution": self.active_days_distribution,
            "fct_active_definition_diff": self.active_definition_diff,
            "fct_lifecycle": self.lifecycle,
            "fct_lifecycle_counts": self.lifecycle_counts,
            "fct_client_engagement": self.client_engagement,
            "fct_feature_adoption": lambda: self.feature_adoption,
            "fct_feature_reach": self.feature_reach,
            "fct_activation": lambda: self.activation,
            "fct_activation_criteria": self.activation_criteria,
            "fct_onboarding_funnel": self.onboarding_funnel,
            "fct_usage_retention": lambda: self.usage_retention,
            "fct_usage_retention_curve": self.usage_retention_curve,
        }
        return {name: list(rows()) for name, rows in made.items()}

    # -- time --------------------------------------------------------------------------

    def date_of(self, moment: datetime) -> date:
        """The reporting day of a time in UTC."""
        return moment.replace(tzinfo=UTC).astimezone(self.time_zone).date()

    def period_of(self, grain: str, day: date) -> date:
        """The first day of a day's period."""
        if grain == "day":
            return day
        if grain == "month":
            return day.replace(day=1)
        first = 0 if self.week_start_day == "monday" else 6
        return day - (day.weekday() - first) % 7 * DAY

    @staticmethod
    def period_end(grain: str, start: date) -> date:
        if grain == "month":
            return month_end(start)
        return start + ({"day": 0, "week": 6}[grain] * DAY)

    def period_after(self, grain: str, start: date, count: int) -> date:
        """The period that is so many later, or earlier."""
        for _ in range(count):
            start = self.period_end(grain, start) + DAY
        for _ in range(-count):
            start = self.period_of(grain, start - DAY)
        return start

    def periods_between(self, grain: str, first: date, last: date) -> Iterator[date]:
        """The periods from that of the first day to that of the last."""
        start = self.period_of(grain, first)
        while start <= last:
            yield start
            start = self.period_after(grain, start, 1)

    def is_over(self, grain: str, start: date, definition: Definition | None = None) -> bool:
        """Whether a period has elapsed, and had before the definition ended."""
        return self.period_end(grain, start) <= self.last_day(definition)

    def last_day(self, definition: Definition | None) -> date:
        """The last one of which something can be told."""
        if definition is None or definition.valid_to is None:
            return self.as_of
        return min(self.as_of, definition.valid_to - DAY)

    # -- clients and users ---------------------------------------------------------------

    @cached_property
    def clients(self) -> dict[str, Client]:
        """The client that each client counts as."""
        rows = {client.client_id: client for client in self.history.clients}

        def last(client: Client) -> Client:
            merged_into = client.merged_into_client_id
            return last(rows[merged_into]) if merged_into in rows else client

        return {client_id: last(client) for client_id, client in rows.items()}

    @cached_property
    def users(self) -> dict[str, User]:
        """The user that each listed user counts as."""
        rows = {user.user_id: user for user in self.history.users}

        def last(user: User) -> User:
            merged_into = user.merged_into_user_id
            return last(rows[merged_into]) if merged_into in rows else user

        return {user_id: last(user) for user_id, user in rows.items()}

    @cached_property
    def counted_clients(self) -> list[Client]:
        """Clients that were not merged into another and are not internal."""
        unique = {client.client_id: client for client in self.clients.values()}
        return [client for client in unique.values() if not client.is_internal]

    def is_internal(self, user: User | None) -> bool:
        """Whether a user is, or belongs to a client that is; nobody knows of unlisted ones."""
        return user is not None and (user.is_internal or self.clients[user.client_id].is_internal)

    # -- usage ---------------------------------------------------------------------------

    @cached_property
    def first_usage_date(self) -> date:
        """Before it nothing is known; if there is no usage, nothing ever is."""
        days = (self.date_of(event.occurred_at) for event in self.history.events)
        return min((day for day in days if day <= self.as_of), default=date.max)

    @cached_property
    def usage(self) -> list[Use]:
        """Events up to as_of_date of clients and users that are not internal."""
        return [
            Use(
                client_id=self.clients[event.client_id].client_id,
                user_id=user.user_id if user else event.user_id,
                event_name=event.event_name,
                feature=event.feature,
                day=self.date_of(event.occurred_at),
            )
            for event in self.history.events
            for user in [self.users.get(event.user_id)]
            if not self.clients[event.client_id].is_internal
            and not self.is_internal(user)
            and self.date_of(event.occurred_at) <= self.as_of
        ]

    def is_core(self, definition: Definition, use: Use) -> bool:
        """A name that is listed decides; `*` decides for all that are not."""
        if not definition.holds(use.day):
            return False
        for name in (use.event_name, "*"):
            for action in self.history.core_actions:
                if (
                    action.definition_id == definition.definition_id
                    and action.event_name == name
                    and action.holds(use.day)
                ):
                    return action.is_core
        return False

    @cached_property
    def qualifying(self) -> dict[str, list[Use]]:
        """Qualifying events, by definition."""
        return {
            definition.definition_id: [use for use in self.usage if self.is_core(definition, use)]
            for definition in self.history.definitions
        }

    def uses(self, definition_id: str, event_name: str | None) -> list[Use]:
        """The events of a name, or with none any core action."""
        if event_name is None:
            return self.qualifying[definition_id]
        return [use for use in self.usage if use.event_name == event_name]

    @cached_property
    def by_entity(self) -> dict[tuple[str, str], dict[str, list[Use]]]:
        """Qualifying events by definition and entity type, then by entity."""
        found: dict[tuple[str, str], dict[str, list[Use]]] = {}
        for definition_id, uses in self.qualifying.items():
            for entity_type in ENTITY_TYPES:
                entities = found[definition_id, entity_type] = defaultdict(list)
                for use in uses:
                    entities[entity_of(entity_type, use)].append(use)
        return found

    def definition(self, definition_id: str) -> Definition:
        return next(d for d in self.history.definitions if d.definition_id == definition_id)

    def is_default(self, definition_id: str) -> bool:
        return definition_id == self.default_definition_id

    @staticmethod
    def is_active(definition: Definition, entity_type: str, uses: list[Use]) -> bool:
        """Whether the events of an entity within a window or period make it active."""
        if entity_type == "user":
            return bool(uses)
        return not missed(definition, uses)

    # -- attributes ------------------------------------------------------------------------

    @cached_property
    def plan_spans(self) -> list[tuple[str, str, date, date]]:
        """(client, plan, first day, first day no longer) of use of a plan, trials included."""
        spans = []
        first_versions = {
            version.subscription_id: version
            for version in sorted(self.history.versions, key=lambda v: -v.version)
        }
        for version in self.history.versions:
            # What is told as it is now, cancelled since, was used until it ended.
            was_active = (
                version.status == "canceled"
                and version == first_versions[version.subscription_id]
                and version.ended_at is not None
                and version.ended_at > version.started_at
            )
            ends = [version.ended_at] if version.ended_at else []
            ends += [
                later.started_at
                for later in self.history.versions
                if later.subscription_id == version.subscription_id
                and later.version > version.version
            ]
            client = self.clients[version.client_id]
            first = self.date_of(version.started_at)
            last = self.date_of(min(ends)) if ends else date.max
            if (
                version.plan_id is not None
                and (was_active or version.status in ("active", "trialing", "past_due"))
                and not client.is_internal
                and first <= self.as_of
                and first < last
            ):
                spans.append((client.client_id, version.plan_id, first, last))
        return spans

    def plan_on(self, client_id: str, day: date) -> str:
        """Of several plans the one with the highest rank."""
        ranks = {plan.plan_id: plan.plan_rank for plan in self.history.plans}

        def order(plan_id: str) -> tuple[int, str]:
            rank = ranks.get(plan_id)
            return (1 if rank is None else -rank, plan_id)

        plans = [
            plan_id
            for owner, plan_id, first, last in self.plan_spans
            if owner == client_id and first <= day < last
        ]
        return min(plans, key=order, default="none")

    def attributes(self, client_id: str, day: date) -> list[tuple[str, str]]:
        if (client_id, day) not in self._attributes:
            self._attributes[client_id, day] = [
                ("all", "all"),
                ("segment", self.clients[client_id].segment or "unknown"),
                ("entitled_plan", self.plan_on(client_id, day)),
            ]
        return self._attributes[client_id, day]

    @cached_property
    def _attributes(self) -> dict[tuple[str, date], list[tuple[str, str]]]:
        return {}

    @cached_property
    def client_of_user(self) -> dict[str, str]:
        """The client a user is listed for, or else the one it was last active for."""
        found = {}
        uses = [use for uses in self.qualifying.values() for use in uses]
        by_client = sorted(uses, key=lambda use: use.client_id, reverse=True)
        for use in sorted(by_client, key=lambda use: use.day):
            found[use.user_id] = use.client_id
        for user in self.users.values():
            found[user.user_id] = self.clients[user.client_id].client_id
        return found

    def client_of(self, entity_type: str, entity_id: str, acts_for: Iterable[str] = ()) -> str:
        """The client of an entity; of a user that belongs to none the first it acts for."""
        if entity_type == "client":
            return entity_id
        return self.client_of_user.get(entity_id) or min(acts_for)

    # -- activity ----------------------------------------------------------------------------

    def user_activity_daily(self) -> Iterator[Row]:
        for definition_id, uses in self.qualifying.items():
            for key in {(use.client_id, use.user_id, use.day) for use in uses}:
                yield {
                    "definition_id": definition_id,
                    "client_id": key[0],
                    "user_id": key[1],
                    "event_count": sum((u.client_id, u.user_id, u.day) == key for u in uses),
                    "activity_date": key[2],
                }

    def client_activity_daily(self) -> Iterator[Row]:
        for definition_id, uses in self.qualifying.items():
            for client_id, day in {(use.client_id, use.day) for use in uses}:
                of_day = [use for use in uses if (use.client_id, use.day) == (client_id, day)]
                yield {
                    "definition_id": definition_id,
                    "client_id": client_id,
                    "active_user_count": len({use.user_id for use in of_day}),
                    "event_count": len(of_day),
                    "activity_date": day,
                }

    @staticmethod
    def windows(definition: Definition) -> list[int]:
        """1, 7, 28 days and the definition's own, but none too short for it."""
        days = {1, 7, 28, definition.window_days}
        return sorted(window for window in days if window >= definition.min_days)

    def actives_daily(self, entity_type: str) -> Iterator[Row]:
        for definition in self.history.definitions:
            counts = self.count_actives(definition, entity_type)
            if not counts:
                continue
            first = min(day for _, day in counts)
            groups = {(window, group) for (window, _), found in counts.items() for group in found}
            for day in days_between(first, self.as_of):
                if day >= (definition.valid_to or date.max):
                    continue
                for window, group in groups:
                    active = counts.get((window, day), {}).get(group, 0)
                    days = None
                    if 1 in self.windows(definition):
                        in_window = days_between(day - (window - 1) * DAY, day)
                        days = sum(counts.get((1, d), {}).get(group, 0) for d in in_window)
                    yield {
                        "definition_id": definition.definition_id,
                        "window_days": window,
                        "attribute": group[0],
                        "attribute_value": group[1],
                        f"active_{entity_type}_count": active,
                        "active_day_count": days,
                        "stickiness_rate": rate(days, window * active),
                        "is_default_definition": self.is_default(definition.definition_id),
                        "activity_date": day,
                    }

    def count_actives(
        self, definition: Definition, entity_type: str
    ) -> dict[tuple[int, date], dict[tuple[str, str], int]]:
        """Active entities by window and day, then by attribute; days with none are left out."""
        counts: dict[tuple[int, date], dict[tuple[str, str], int]] = {}
        entities = self.by_entity[definition.definition_id, entity_type]
        for entity_id, uses in entities.items():
            for day in days_between(min(use.day for use in uses), self.as_of):
                if not definition.holds(day):
                    continue
                for window in self.windows(definition):
                    first = day - (window - 1) * DAY
                    within = [use for use in uses if first <= use.day <= day]
                    if not self.is_active(definition, entity_type, within):
                        continue
                    of_day = counts.setdefault((window, day), defaultdict(int))
                    for group in self.attributes(self.client_of(entity_type, entity_id), day):
                        of_day[group] += 1
        return counts

    @property
    def snapshots(self) -> list[date]:
        """The month ends since the first usage up to as_of_date, and as_of_date."""
        days = days_between(self.first_usage_date, self.as_of)
        return [day for day in days if day in (month_end(day), self.as_of)]

    def active_days_distribution(self) -> Iterator[Row]:
        for (definition_id, entity_type), entities in self.by_entity.items():
            for snapshot in self.snapshots:
                for window in (7, 28):
                    counts: dict[int, int] = defaultdict(int)
                    for uses in entities.values():
                        days = {use.day for use in uses}
                        last_days = days_between(snapshot - (window - 1) * DAY, snapshot)
                        counts[len(days & set(last_days))] += 1
                    for active_days, entity_count in counts.items():
                        if active_days:
                            yield {
                                "definition_id": definition_id,
                                "entity_type": entity_type,
                                "window_days": window,
                                "active_day_count": active_days,
                                "entity_count": entity_count,
                                "is_default_definition": self.is_default(definition_id),
                                "snapshot_date": snapshot,
                            }

    def active_definition_diff(self) -> Iterator[Row]:
        default = self.definition(self.default_definition_id)
        for snapshot in self.snapshots:
            for definition in self.history.definitions:
                if (
                    definition == default
                    or not definition.holds(snapshot)
                    or not default.holds(snapshot)
                ):
                    continue
                for client in self.counted_clients:
                    row = self.compare(definition, default, client.client_id, snapshot)
                    if row["is_active"] != row["is_active_by_default"]:
                        yield row

    def compare(
        self, definition: Definition, default: Definition, client_id: str, day: date
    ) -> Row:
        def uses(d: Definition) -> list[Use]:
            of_client = self.by_entity[d.definition_id, "client"].get(client_id, [])
            return [use for use in of_client if day - d.window_days * DAY < use.day <= day]

        own, by_default = uses(definition), uses(default)
        reasons, default_reasons = missed(definition, own), missed(default, by_default)
        return {
            "definition_id": definition.definition_id,
            "default_definition_id": default.definition_id,
            "client_id": client_id,
            "missed_reasons": ",".join(reasons or default_reasons),
            "active_user_count": len({use.user_id for use in own}),
            "event_count": len(own),
            "active_day_count": len({use.day for use in own}),
            "default_active_user_count": len({use.user_id for use in by_default}),
            "default_event_count": len(by_default),
            "default_active_day_count": len({use.day for use in by_default}),
            "is_active": not reasons,
            "is_active_by_default": not default_reasons,
            "snapshot_date": day,
        }

    # -- lifecycle -----------------------------------------------------------------------------

    def active_periods(
        self, definition_id: str, entity_type: str, grain: str
    ) -> dict[str, set[date]]:
        """The periods in which each entity was active, of those that ever were."""
        definition = self.definition(definition_id)
        found = {}
        for entity_id, uses in self.by_entity[definition_id, entity_type].items():
            by_period: dict[date, list[Use]] = defaultdict(list)
            for use in uses:
                by_period[self.period_of(grain, use.day)].append(use)
            active = {
                period
                for period, within in by_period.items()
                if self.is_active(definition, entity_type, within)
            }
            if active:
                found[entity_id] = active
        return found

    def status(self, grain: str, active: set[date], period: date) -> str:
        before = self.period_after(grain, period, -1)
        if period in active:
            if period == min(active):
                return "new"
            return "retained" if before in active else "resurrected"
        if before in active:
            return "dormant"
        return "inactive" if period > min(active) else "not_yet"

    def statuses(self) -> Iterator[tuple[Row, dict[str, str]]]:
        """Every period from the first activity on, with the status of every entity."""
        for definition_id, entity_type in self.by_entity:
            for grain in GRAINS:
                active = self.active_periods(definition_id, entity_type, grain)
                if not active:
                    continue
                definition = self.definition(definition_id)
                first = min(period for periods in active.values() for period in periods)
                for period in self.periods_between(grain, first, self.last_day(definition)):
                    key = {
                        "definition_id": definition_id,
                        "entity_type": entity_type,
                        "period_grain": grain,
                        "is_complete": self.is_over(grain, period, definition),
                        "is_default_definition": self.is_default(definition_id),
                        "period_start_date": period,
                    }
                    yield (
                        key,
                        {
                            entity_id: self.status(grain, periods, period)
                            for entity_id, periods in active.items()
                        },
                    )

    def lifecycle(self) -> Iterator[Row]:
        for key, statuses in self.statuses():
            for entity_id, status in statuses.items():
                if status in ("new", "retained", "resurrected") or (
                    status == "dormant" and key["is_complete"]
                ):
                    yield {**key, "entity_id": entity_id, "lifecycle_status": status}

    def lifecycle_counts(self) -> Iterator[Row]:
        for key, statuses in self.statuses():
            found = list(statuses.values())
            counts: Row = {
                f"{status}_count": found.count(status)
                for status in ("new", "retained", "resurrected", "dormant", "inactive")
            }
            counts["active_count"] = (
                counts["new_count"] + counts["retained_count"] + counts["resurrected_count"]
            )
            if not key["is_complete"]:
                counts |= {"dormant_count": None, "inactive_count": None}
            yield {**key, **counts}

    # -- engagement ----------------------------------------------------------------------------

    def client_engagement(self) -> Iterator[Row]:
        for definition in self.history.definitions:
            entities = self.by_entity[definition.definition_id, "client"]
            for client_id, uses in entities.items():
                first = min(use.day for use in uses)
                weeks = [
                    week
                    for week in self.periods_between("week", first, self.as_of)
                    if self.is_over("week", week, definition)
                ]
                by_week = [
                    [use for use in uses if self.period_of("week", use.day) == week]
                    for week in weeks
                ]
                for number, week in enumerate(weeks):
                    before = by_week[max(0, number - self.baseline_weeks) : number]
                    yield {
                        "definition_id": definition.definition_id,
                        "client_id": client_id,
                        **self.trend(len(by_week[number]), [len(found) for found in before]),
                        "active_day_count": len({use.day for use in by_week[number]}),
                        "is_default_definition": self.is_default(definition.definition_id),
                        "week_start_date": week,
                    }

    def trend(self, count: int, before: list[int]) -> Row:
        if len(before) < self.baseline_weeks_min:
            return {
                "event_count": count,
                "engagement_trend": "unknown",
                "baseline_week_count": None,
                "baseline_event_count": None,
                "baseline_deviation": None,
                "engagement_score": None,
            }
        median = statistics.median(map(Fraction, before))
        deviations = [abs(events - median) for events in before]
        deviation = max(Fraction(1), Fraction("1.4826") * statistics.median(deviations))
        score = (count - median) / deviation
        if count == 0 and median == 0:
            trend = "silent"
        elif score <= -self.engagement_score_limit:
            trend = "falling"
        else:
            trend = "rising" if score >= self.engagement_score_limit else "steady"
        return {
            "event_count": count,
            "engagement_trend": trend,
            "baseline_week_count": len(before),
            "baseline_event_count": median,
            "baseline_deviation": deviation,
            "engagement_score": score,
        }

    # -- features ------------------------------------------------------------------------------

    @cached_property
    def features(self) -> set[str]:
        """The features that a plan entitles to or that were used."""
        entitled = {row.feature for row in self.history.plan_features}
        return entitled | {use.feature for use in self.usage if use.feature is not None}

    @cached_property
    def entitlements(self) -> dict[tuple[str, str], list[tuple[date, date]]]:
        """The days on which each client was entitled to each feature."""
        of_plan: dict[str, set[str]] = defaultdict(set)
        for row in self.history.plan_features:
            of_plan[row.plan_id].add(row.feature)
        spans: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
        for client_id, plan_id, first, last in self.plan_spans:
            for feature in of_plan.get(plan_id, self.features):
                spans[client_id, feature].append((first, last))
        return spans

    @cached_property
    def feature_adoption(self) -> list[Row]:
        rows = []
        for definition_id, entities in self.qualifying.items():
            used = {(use.client_id, use.feature) for use in entities if use.feature is not None}
            for client_id, feature in used | set(self.entitlements):
                days = [
                    use.day
                    for use in entities
                    if (use.client_id, use.feature) == (client_id, feature)
                ]
                spans = self.entitlements.get((client_id, feature), [])
                rows.append(
                    {
                        "definition_id": definition_id,
                        "client_id": client_id,
                        "feature": feature,
                        "is_default_definition": self.is_default(definition_id),
                        **self.adoption(days, spans, self.last_day(self.definition(definition_id))),
                    }
                )
        return rows

    def adoption(self, days: list[date], spans: list[tuple[date, date]], last_day: date) -> Row:
        def is_entitled(day: date) -> bool:
            return any(first <= day < last for first, last in spans)

        entitled_date = min((first for first, _ in spans), default=None)
        adopted_date = min((day for day in days if is_entitled(day)), default=None)
        unentitled = {day for day in days if not is_entitled(day)}
        recent_weeks = {(last_day - day).days // 7 for day in days} & {0, 1, 2, 3}
        watched_to = adopted_date
        if watched_to is None and spans:
            last_entitled_date = max(last for _, last in spans) - DAY
            watched_to = max(min(last_day, last_entitled_date), entitled_date or date.min)
        return {
            "active_day_count": len(set(days)),
            "unentitled_day_count": len(unentitled),
            "event_count": len(days),
            "recent_week_count": len(recent_weeks),
            "days_to_adopt": elapsed(entitled_date, adopted_date),
            "observed_days": elapsed(entitled_date, watched_to),
            "is_entitled": is_entitled(self.as_of),
            "is_adopted": adopted_date is not None,
            "is_retained": adopted_date is not None and len(recent_weeks) >= 2,
            "has_unentitled_use": bool(unentitled),
            "entitled_date": entitled_date,
            "adopted_date": adopted_date,
            "first_used_date": min(days, default=None),
            "last_used_date": max(days, default=None),
            "as_of_date": self.as_of,
        }

    def feature_reach(self) -> Iterator[Row]:
        groups: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
        for row in self.feature_adoption:
            for group in self.attributes(row["client_id"], self.as_of):
                groups[row["definition_id"], row["feature"], *group].append(row)
        for key, rows in groups.items():
            entitled = [row for row in rows if row["is_entitled"]]
            adopters = [row for row in entitled if row["is_adopted"]]
            retained = sum(row["is_retained"] for row in adopters)
            days = sum(row["active_day_count"] for row in adopters)
            yield {
                "definition_id": key[0],
                "feature": key[1],
                "attribute": key[2],
                "attribute_value": key[3],
                "entitled_client_count": len(entitled),
                "adopter_count": len(adopters),
                **with_interval("reach_rate", len(adopters), len(entitled)),
                "retained_adopter_count": retained,
                **with_interval("retained_adoption_rate", retained, len(adopters)),
                "active_days_per_adopter": rate(days, len(adopters)),
                "unentitled_client_count": sum(row["has_unentitled_use"] for row in rows),
                "median_days_to_adopt": kaplan_meier_median(
                    (row["observed_days"], row["is_adopted"])
                    for row in rows
                    if (row["entitled_date"] or date.min) >= self.first_usage_date
                    and self.definition(key[0]).holds(row["entitled_date"])
                ),
                "is_default_definition": self.is_default(key[0]),
                "as_of_date": self.as_of,
            }

    # -- activation ----------------------------------------------------------------------------

    @cached_property
    def activation(self) -> list[Row]:
        return [
            self.activate(criterion, client)
            for criterion in self.history.criteria
            for client in self.counted_clients
            if self.date_of(client.created_at) <= self.as_of
        ]

    def activate(self, criterion: Criterion, client: Client) -> Row:
        started = self.date_of(client.created_at)
        deadline = started + criterion.within_days * DAY
        outcome = started + criterion.retained_after_days * DAY
        uses = [
            use
            for use in self.uses(criterion.definition_id, criterion.event_name)
            if use.client_id == client.client_id and started <= use.day <= deadline
        ]
        activated = None
        for day in days_between(started, deadline):
            so_far = [use for use in uses if use.day <= day]
            if (
                len(so_far) >= criterion.min_events
                and len({use.user_id for use in so_far}) >= criterion.min_users
            ):
                activated = day
                break
        definition = self.definition(criterion.definition_id)
        any_core_action = criterion.event_name is None
        is_known = not any_core_action or definition.holds(started)
        has_ended = started >= (definition.valid_to or date.max)
        watched_to = self.last_day(definition if any_core_action and not has_ended else None)
        later_uses = [
            use
            for use in self.by_entity[definition.definition_id, "client"].get(client.client_id, [])
            if outcome - definition.window_days * DAY < use.day <= outcome
        ]
        has_outcome = outcome <= self.as_of and definition.holds(outcome)
        return {
            "criterion_id": criterion.criterion_id,
            "client_id": client.client_id,
            "definition_id": criterion.definition_id,
            "step_number": criterion.step_number,
            "days_to_value": elapsed(started, activated),
            "observed_days": elapsed(started, min(activated or deadline, watched_to)),
            "is_judged": started >= self.first_usage_date and is_known,
            "is_activated": activated is not None,
            "is_mature": deadline <= watched_to,
            "is_retained": not missed(definition, later_uses) if has_outcome else None,
            "has_outcome": has_outcome,
            "started_date": started,
            "deadline_date": deadline,
            "activated_date": activated,
            "outcome_date": outcome,
        }

    def activation_criteria(self) -> Iterator[Row]:
        for criterion in self.history.criteria:
            rows = [
                row
                for row in self.activation
                if row["criterion_id"] == criterion.criterion_id and row["is_judged"]
            ]
            mature = [row for row in rows if row["is_mature"]]
            activated = sum(row["is_activated"] for row in mature)
            known = [row for row in rows if row["has_outcome"]]
            met = [row["is_retained"] for row in known if row["is_activated"]]
            other = [row["is_retained"] for row in known if not row["is_activated"]]
            shares = (sum(met), len(met)), (sum(other), len(other))
            yield {
                "criterion_id": criterion.criterion_id,
                "criterion_name": criterion.criterion_id,
                "definition_id": criterion.definition_id,
                "step_number": criterion.step_number,
                "eligible_count": len(mature),
                "activated_count": activated,
                **with_interval("activation_rate", activated, len(mature)),
                "median_days_to_value": kaplan_meier_median(
                    (row["observed_days"], row["is_activated"]) for row in rows
                ),
                "activated_outcome_count": len(met),
                "activated_retained_count": sum(met),
                "other_outcome_count": len(other),
                "other_retained_count": sum(other),
                "retention_lift": (
                    Fraction(sum(met), len(met)) - Fraction(sum(other), len(other))
                    if met and other
                    else None
                ),
                "retention_lift_lower": newcombe(*shares, "lower"),
                "retention_lift_upper": newcombe(*shares, "upper"),
                "as_of_date": self.as_of,
            }

    def onboarding_funnel(self) -> Iterator[Row]:
        steps = sorted(self.history.criteria, key=lambda criterion: criterion.step_number)
        rows = {(row["client_id"], row["criterion_id"]): row for row in self.activation}
        unjudged = {row["client_id"] for row in self.activation if not row["is_judged"]}
        cohorts: dict[date, set[str]] = defaultdict(set)
        for row in self.activation:
            if row["client_id"] not in unjudged:
                cohorts[row["started_date"].replace(day=1)].add(row["client_id"])
        for month, client_ids in cohorts.items():
            reached, before, within_days, is_known = set(client_ids), None, 0, True
            for criterion in [None, *steps]:
                if criterion is not None:
                    own = {c: rows[c, criterion.criterion_id] for c in client_ids}
                    reached = {c for c in reached if own[c]["is_activated"]}
                    within_days = max(within_days, criterion.within_days)
                    is_known = is_known and all(row["is_mature"] for row in own.values())
                is_mature = is_known and month_end(month) + within_days * DAY <= self.as_of
                yield {
                    "cohort_month": month,
                    "step_number": criterion.step_number if criterion else 0,
                    "criterion_id": criterion.criterion_id if criterion else "started",
                    "definition_id": (criterion or steps[0]).definition_id,
                    "cohort_size": len(client_ids),
                    "eligible_count": len(client_ids) if is_mature else None,
                    "reached_count": len(reached) if is_mature else None,
                    **with_interval(
                        "reached_rate", len(reached) if is_mature else None, len(client_ids)
                    ),
                    "step_rate": rate(len(reached), before) if is_mature else None,
                    "is_mature": is_mature,
                }
                before = len(reached)

    # -- retention -----------------------------------------------------------------------------

    @cached_property
    def usage_retention(self) -> list[Row]:
        return [row for retention in self.history.retentions for row in self.retain(retention)]

    def retain(self, retention: Retention) -> Iterator[Row]:
        grain = retention.period_grain
        starts: dict[str, dict[date, list[Use]]] = defaultdict(lambda: defaultdict(list))
        for use in self.uses(retention.definition_id, retention.start_event_name):
            entity_id = entity_of(retention.entity_type, use)
            starts[entity_id][self.period_of(grain, use.day)].append(use)
        returns: dict[str, set[date]] = defaultdict(set)
        for use in self.uses(retention.definition_id, retention.return_event_name):
            entity_id = entity_of(retention.entity_type, use)
            returns[entity_id].add(self.period_of(grain, use.day))
        cohorts: dict[tuple[date, str, str], set[str]] = defaultdict(set)
        for entity_id, periods in starts.items():
            first_ever = retention.start_type == "first_ever"
            for period in [min(periods)] if first_ever else periods:
                acts_for = {use.client_id for use in periods[period]}
                client_id = self.client_of(retention.entity_type, entity_id, acts_for)
                start_date = min(use.day for use in periods[period])
                for attribute, value in self.attributes(client_id, start_date):
                    if attribute == "all" or retention.is_by_attribute:
                        cohorts[period, attribute, value].add(entity_id)
        for cohort, members in cohorts.items():
            for method, first, last in self.cells(retention):
                row = self.cell(retention, cohort, method, first, last, members, returns)
                if row["period_start_date"] <= self.as_of:
                    yield row

    def cells(self, retention: Retention) -> Iterator[tuple[str, int, int]]:
        """Method, first and last period number."""
        for number in range(retention.period_count + 1):
            for method in ("on", "unbounded", "rolling"):
                yield method, number, number
        for bracket in self.history.brackets:
            if (
                bracket.period_grain == retention.period_grain
                and bracket.bracket_start <= retention.period_count
            ):
                yield "bracket", bracket.bracket_start, bracket.bracket_end - 1

    def cell(
        self,
        retention: Retention,
        cohort: tuple[date, str, str],
        method: str,
        first: int,
        last: int,
        members: set[str],
        returns: dict[str, set[date]],
    ) -> Row:
        start, attribute, value = cohort
        grain = retention.period_grain

        def numbered(number: int) -> date:
            return self.period_after(grain, start, number)

        def is_retained(entity_id: str) -> bool:
            periods = returns[entity_id]
            match method:
                case "unbounded":
                    return any(period >= numbered(first) for period in periods)
                case "rolling":
                    return all(numbered(n) in periods for n in range(1, first + 1))
            return any(numbered(n) in periods for n in range(first, last + 1))

        any_core_action = retention.return_event_name is None
        definition = self.definition(retention.definition_id) if any_core_action else None
        is_mature = self.is_over(grain, numbered(last), definition)
        eligible = len(members) if is_mature else None
        retained = None
        if is_mature:
            # Period 0 is the cohort itself.
            retained = sum(first == 0 or is_retained(entity_id) for entity_id in members)
        return {
            "retention_id": retention.retention_id,
            "retention_method": method,
            "attribute": attribute,
            "attribute_value": value,
            "cohort_start_date": start,
            "period_number": first,
            "definition_id": retention.definition_id,
            "entity_type": retention.entity_type,
            "period_grain": grain,
            "last_period_number": last,
            "cohort_size": len(members),
            "eligible_count": eligible,
            "retained_count": retained,
            **with_interval("retention_rate", retained, eligible),
            "is_mature": is_mature,
            "period_start_date": numbered(first),
        }

    def usage_retention_curve(self) -> Iterator[Row]:
        kept = (
            "retention_id",
            "retention_method",
            "attribute",
            "attribute_value",
            "period_number",
            "definition_id",
            "entity_type",
            "period_grain",
            "last_period_number",
        )
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.usage_retention:
            if row["is_mature"]:
                groups[tuple(row[name] for name in kept)].append(row)
        for key, rows in groups.items():
            eligible = sum(row["eligible_count"] for row in rows)
            retained = sum(row["retained_count"] for row in rows)
            yield {
                **dict(zip(kept, key, strict=True)),
                "cohort_count": len(rows),
                "eligible_count": eligible,
                "retained_count": retained,
                **with_interval("retention_rate", retained, eligible),
            }


def entity_of(entity_type: str, use: Use) -> str:
    return use.client_id if entity_type == "client" else use.user_id


def elapsed(first: date | None, last: date | None) -> int | None:
    return None if first is None or last is None else (last - first).days


def missed(definition: Definition, uses: list[Use]) -> list[str]:
    """What a client with these events lacks to be active."""
    if not uses:
        return ["no_qualifying_event"]
    thresholds = {
        "too_few_users": (len({use.user_id for use in uses}), definition.min_users),
        "too_few_events": (len(uses), definition.min_events),
        "too_few_days": (len({use.day for use in uses}), definition.min_days),
    }
    return [reason for reason, (count, minimum) in thresholds.items() if count < minimum]
