"""Small and nasty histories of clients, users, plans and events, drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from reference_activity import (
    GRAINS,
    Bracket,
    Client,
    CoreAction,
    Criterion,
    Definition,
    Event,
    History,
    Plan,
    PlanFeature,
    Retention,
    User,
    Version,
)

Row = dict[str, Any]
T = TypeVar("T")

# The turn of a year, a leap day and a change to daylight saving time; week and month begin apart.
FIRST_DAY = date(2023, 12, 11)
LAST_DAY = date(2024, 4, 2)
CALENDAR = {"calendar_start_date": "2023-11-01", "calendar_end_date": "2024-12-01"}
LOADED_AT = "2024-12-31 02:00:00"

TIMES = [time(0), time(0), time(4, 30), time(12), time(23, 59, 59)]
EVENT_NAMES = ["view", "edit", "login"]
FEATURES = ["reports", "exports", "alerts"]
CLIENT_IDS = ["c1", "c2", "c3", "c4"]
USER_IDS = ["u1", "u2", "u3", "u4", "u5"]
PLAN_RANKS = {"p1": 1, "p2": 2, "p3": 2, "p4": None}
STATUSES = ["active", "active", "active", "trialing", "past_due", "paused", "canceled"]


class Drawer:
    """Draws parts of one history."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw
        span = (LAST_DAY - FIRST_DAY).days
        offsets = st.lists(st.integers(0, span), min_size=1, max_size=5)
        self.days = [FIRST_DAY + timedelta(days) for days in draw(offsets)]

    def pick(self, *choices: T) -> T:
        return self.draw(st.sampled_from(choices))  # type: ignore[no-any-return]

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))  # type: ignore[no-any-return]

    def once_in(self, times: int) -> bool:
        return self.number(1, times) == 2

    def day(self) -> date:
        """One of few days, or at a distance at which windows and periods end."""
        days = self.pick(*self.days) + timedelta(self.pick(0, 0, 0, 1, -1, 6, 7, 27, 28, 31))
        return min(max(days, FIRST_DAY), LAST_DAY)

    def moment(self) -> datetime:
        return datetime.combine(self.day(), self.pick(*TIMES))

    def as_of_date(self) -> date:
        """Mostly late; else early, with events that have not happened yet."""
        if self.once_in(10):
            return self.day()
        return max(FIRST_DAY, max(self.days) + timedelta(self.number(-15, 35)))

    def validity(self) -> Row:
        """Mostly always."""
        match self.number(0, 9):
            case 3:
                return {"valid_from": self.day(), "valid_to": None}
            case 5:
                return {"valid_from": None, "valid_to": self.day()}
            case 7:
                first, last = sorted([self.day(), self.day()])
                return {"valid_from": first, "valid_to": last}
        return {"valid_from": None, "valid_to": None}

    # -- definitions -----------------------------------------------------------------

    def definition(self, definition_id: str) -> Definition:
        is_default = definition_id == "default"
        min_days = self.pick(1, 1, 1, 2) if is_default else self.pick(1, 1, 2, 3)
        return Definition(
            definition_id=definition_id,
            min_users=self.pick(1, 1, 1, 2) if is_default else self.pick(1, 2),
            min_events=self.pick(1, 1, 1, 3) if is_default else self.pick(1, 2, 3),
            min_days=min_days,
            window_days=max(min_days, self.pick(28, 1, 2, 7, 10, 30)),
            **self.validity(),
        )

    def core_actions(self, definition_id: str) -> list[CoreAction]:
        actions = []
        for name in ("*", *EVENT_NAMES):
            kinds = ("yes", "yes", "yes", "no") if name == "*" else ("unlisted", "unlisted", "no")
            kind = self.pick(*kinds, "changes", "yes")
            if kind == "unlisted":
                continue
            spans: list[tuple[date | None, date | None, bool]] = [(None, None, kind == "yes")]
            if kind == "changes":
                first, last = sorted([self.day(), self.day()])
                is_core = self.pick(True, False)
                spans = [(None, first, is_core), (last, None, self.pick(not is_core, is_core))]
            actions += [
                CoreAction(
                    valid_from=valid_from,
                    valid_to=valid_to,
                    definition_id=definition_id,
                    event_name=name,
                    is_core=is_core,
                )
                for valid_from, valid_to, is_core in spans
            ]
        return actions

    def criterion(self, number: int, definition_ids: list[str]) -> Criterion:
        within_days = self.pick(1, 3, 7, 14, 30)
        return Criterion(
            criterion_id=f"k{number}",
            step_number=number,
            definition_id=self.pick(*definition_ids),
            event_name=self.pick(None, None, *EVENT_NAMES),
            min_events=self.pick(1, 2, 3),
            min_users=self.pick(1, 2),
            within_days=within_days,
            retained_after_days=within_days + self.pick(28, 29, 40),
        )

    def retention(self, number: int, definition_ids: list[str]) -> Retention:
        return Retention(
            retention_id=f"r{number}",
            definition_id=self.pick(*definition_ids),
            entity_type=self.pick("client", "user"),
            period_grain=self.pick(*GRAINS),
            start_type=self.pick("first_ever", "recurring"),
            start_event_name=self.pick(None, None, *EVENT_NAMES),
            return_event_name=self.pick(None, None, *EVENT_NAMES),
            period_count=self.number(1, 9),
            is_by_attribute=self.pick(True, False),
        )

    def brackets(self) -> list[Bracket]:
        found = {}
        for _ in range(self.number(0, 5)):
            grain, start = self.pick(*GRAINS), self.pick(1, 2, 4, 7)
            found[grain, start] = Bracket(grain, start, start + self.pick(1, 2, 3))
        return list(found.values())

    # -- clients, users, plans -------------------------------------------------------

    def clients(self) -> list[Client]:
        ids = CLIENT_IDS[: self.pick(4, 3, 2, 1)]
        return [
            Client(
                client_id=client_id,
                created_at=self.moment(),
                segment=self.pick("smb", "enterprise", None),
                is_internal=self.once_in(10),
                merged_into_client_id=self.pick(*ids[:place])
                if place and self.once_in(6)
                else None,
            )
            for place, client_id in enumerate(ids)
        ]

    def users(self, client_ids: list[str]) -> list[User]:
        ids = [user_id for user_id in USER_IDS if self.number(0, 3)]
        return [
            User(
                user_id=user_id,
                client_id=self.pick(*client_ids),
                created_at=self.moment(),
                is_internal=self.once_in(10),
                merged_into_user_id=self.pick(*ids[:place]) if place and self.once_in(4) else None,
            )
            for place, user_id in enumerate(ids)
        ]

    def versions(self, number: int, client_ids: list[str]) -> list[Version]:
        starts = sorted(self.moment() for _ in range(self.number(1, 3)))
        client_id = self.pick(*client_ids)
        ends = [self.moment() if self.number(0, 2) == 2 else None for _ in starts]
        return [
            Version(
                subscription_id=f"s{number}",
                version=place + 1,
                client_id=client_id,
                plan_id=self.pick("p1", "p2", "p3", "p4", "p9", None),
                status=self.pick(*STATUSES),
                started_at=start,
                ended_at=end if end and end >= start else None,
            )
            for place, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]

    def event(self, number: int, client_ids: list[str]) -> Event:
        return Event(
            event_id=f"e{number}",
            client_id=self.pick(*client_ids),
            user_id=self.pick(*USER_IDS),
            event_name=self.pick(*EVENT_NAMES),
            feature=self.pick("reports", "reports", "exports", None),
            occurred_at=self.moment(),
        )


@st.composite
def histories(draw: Callable[[st.SearchStrategy[Any]], Any]) -> History:
    """A few clients, users, definitions and days, so that everything collides."""
    a = Drawer(draw)
    definition_ids = ["default", "d1", "d2"][: a.pick(2, 3, 2, 1)]
    clients = a.clients()
    client_ids = [client.client_id for client in clients]
    return History(
        as_of_date=a.as_of_date(),
        definitions=[a.definition(definition_id) for definition_id in definition_ids],
        core_actions=[action for name in definition_ids for action in a.core_actions(name)],
        criteria=[a.criterion(number + 1, definition_ids) for number in range(a.number(1, 3))],
        retentions=[a.retention(number, definition_ids) for number in range(a.number(1, 3))],
        brackets=a.brackets(),
        clients=clients,
        users=a.users(client_ids),
        plans=[Plan(plan_id, rank) for plan_id, rank in PLAN_RANKS.items()],
        plan_features=[
            PlanFeature(plan_id, feature)
            for plan_id in ("p1", "p2")
            for feature in FEATURES
            if a.number(0, 1)
        ],
        versions=[
            version
            for number in range(a.number(1, 5))
            for version in a.versions(number, client_ids)
        ],
        events=[a.event(number, client_ids) for number in range(a.number(3, 40))],
    )


# ---- as rows of the raw tables and seeds ---------------------------------------------


def seed_rows(history: History) -> dict[str, list[Row]]:
    return {
        "active_definitions": list(map(asdict, history.definitions)),
        "core_actions": list(map(asdict, history.core_actions)),
        "activation_criteria": [
            {**asdict(row), "criterion_name": row.criterion_id} for row in history.criteria
        ],
        "retention_definitions": list(map(asdict, history.retentions)),
        "retention_brackets": list(map(asdict, history.brackets)),
    }


def raw_rows(history: History, loaded_at: str = LOADED_AT) -> dict[str, list[Row]]:
    """What a source would deliver."""
    rows = {
        "clients": list(map(asdict, history.clients)),
        "users": list(map(asdict, history.users)),
        "plans": list(map(asdict, history.plans)),
        "plan_features": list(map(asdict, history.plan_features)),
        "subscriptions": [{**asdict(row), "unit_price": 1} for row in history.versions],
        "usage_events": list(map(asdict, history.events)),
    }
    return {
        table: [text_of({**row, "loaded_at": loaded_at}) for row in found]
        for table, found in rows.items()
    }


def text_of(row: Mapping[str, Any]) -> Row:
    return {name: None if value is None else str(value) for name, value in row.items()}
