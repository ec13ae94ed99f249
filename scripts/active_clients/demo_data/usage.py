"""Usage events of the small set, drawn with whole-number arithmetic only.

Shared with the bulk path: the season of a day, and the events that the story demands.
"""

from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from random import Random
from typing import NamedTuple

from .company import Client, chance
from .contract import EVENT_NUMBER, EVENTS, IS_CORE, event_slots
from .raw_tables import RawTables
from .timeline import DAY, LOAD_HOUR, Settings, date_of, month_text, offset_text, time_text

REDELIVERED_PERCENT = 5
LATE_PERMILLE = 30
LATE_DAYS_MAX = 150
CHAMPION_PERCENT = 50
REUSE_DISTANCE = 2_000


class Event(NamedTuple):
    """One thing a user did; `client` is an index and `user` a number."""

    occurred: int
    client: int
    user: int
    event: int
    quantity: str


def season(settings: Settings, day: int) -> int:
    """Return the weight of a day in percent: weekends, summer and the turn of the year dip."""
    date = date_of(day)
    weight = (100, 104, 106, 102, 92, 26, 20)[date.weekday()]
    if (7, 10) <= (date.month, date.day) <= (8, 25):
        weight = weight * 70 // 100
    if (date.month, date.day) >= (12, 24) or (date.month, date.day) == (1, 1):
        weight = weight * 40 // 100
    # Only the first two hours of the last, partial day have been loaded.
    return weight // 20 if day > settings.last_day else weight


def story_events(settings: Settings, clients: list[Client]) -> list[Event]:
    """Return the events that must exist: onboarding, and both edges of a planted gap."""
    events = []
    for client in clients:
        user = client.users[0].number
        done = client.onboarded
        if done is not None and done >= settings.first_day * DAY:
            number = EVENT_NUMBER["onboarding_completed"]
            events.append(Event(done, client.index, user, number, ""))
        for day in client.gap or ():
            moment = day * DAY + 10 * 3600 + client.index % 3600
            number = EVENT_NUMBER["report_created"]
            events.append(Event(moment, client.index, user, number, ""))
    return events


class UsageTruth:
    """Counts of accepted core events by canonical client and month, without internal ones."""

    def __init__(self, settings: Settings, clients: list[Client]) -> None:
        self.settings = settings
        self.clients = {client.index: canonical(clients, client) for client in clients}
        self.users: dict[int, int] = {}
        self.staff: set[int] = set()
        for client in clients:
            for user in client.users:
                merged = user.merged_into
                self.users[user.number] = user.number if merged is None else merged
                if user.is_internal or client.is_internal:
                    self.staff.add(user.number)
        self.events: Counter[tuple[int, str]] = Counter()
        self.active_users: dict[tuple[int, str], set[int]] = {}
        self.active_days: dict[tuple[int, str], set[int]] = {}
        self.last_28_days: set[int] = set()
        self.user_events: Counter[tuple[int, str]] = Counter()

    def record(self, event: Event) -> None:
        """Count one accepted event."""
        day = event.occurred // DAY
        if not IS_CORE[event.event] or event.user in self.staff or day > self.settings.last_day:
            return
        key = (self.clients[event.client], month_text(day))
        self.events[key] += 1
        self.active_users.setdefault(key, set()).add(self.users[event.user])
        self.active_days.setdefault(key, set()).add(day)
        self.user_events[event.user, key[1]] += 1
        if day > self.settings.last_day - 28:
            self.last_28_days.add(key[0])

    def monthly(self) -> dict[tuple[int, str], tuple[int, int, int]]:
        """Return events, active users and active days by canonical client and month."""
        return {
            key: (count, len(self.active_users[key]), len(self.active_days[key]))
            for key, count in self.events.items()
        }


def canonical(clients: list[Client], client: Client) -> int:
    """Return the index of the client that another one's history counts for."""
    while client.merged_into is not None:
        client = clients[client.merged_into]
    return client.index


def draw_events(settings: Settings, clients: list[Client], count: int) -> list[Event]:
    """Draw so many events in order of time, the story's own included."""
    rng = Random(f"{settings.seed}:usage")
    events = story_events(settings, clients)
    cells, cumulative = _cells(settings, clients)
    slots = [event_slots(rank) for rank in range(4)]
    created = [[user.created for user in client.users] for client in clients]
    for _ in range(count - len(events)):
        place, day = cells[bisect_right(cumulative, rng.randrange(cumulative[-1]))]
        client = clients[place]
        occurred = max(_moment(settings, rng, day), client.users[0].created + 1)
        known = max(1, bisect_right(created[place], occurred))
        user = client.users[_user_place(rng, client, day, known)].number
        number = slots[client.ranks[day - settings.first_day]][rng.randrange(256)]
        events.append(Event(occurred, place, user, number, _quantity(rng, number)))
    return sorted(events)


def _cells(settings: Settings, clients: list[Client]) -> tuple[list[tuple[int, int]], list[int]]:
    """Return every (client, day) with usage and the running sum of their weights."""
    seasons = [season(settings, settings.first_day + n) for n in range(settings.day_count)]
    cells, weights = [], []
    for client in clients:
        for offset, level in enumerate(client.levels):
            if level:
                cells.append((client.index, settings.first_day + offset))
                weights.append(client.weight * level * seasons[offset])
    return cells, list(accumulate(weights))


def _moment(settings: Settings, rng: Random, day: int) -> int:
    if day > settings.last_day:
        return day * DAY + rng.randrange(LOAD_HOUR - 60)
    if chance(rng, 850):
        return day * DAY + rng.randrange(7 * 3600, 19 * 3600)
    return day * DAY + rng.randrange(DAY)


def _user_place(rng: Random, client: Client, day: int, known: int) -> int:
    """Draw a user, early ones more often; the champion leads until silent for good."""
    leads = client.silent_from is not None and day < client.silent_from and known > 1
    if leads and rng.randrange(100) < CHAMPION_PERCENT:
        return 1
    draw = rng.randrange(1000)
    place = draw * draw * known // 1_000_000
    if client.silent_from is not None and day >= client.silent_from and place == 1:
        return 0
    return place


def _quantity(rng: Random, number: int) -> str:
    if EVENTS[number][0] == "api_called":
        return str(rng.randrange(1, 500))
    return f"{rng.randrange(1, 40)}.5" if rng.randrange(60) == 0 else ""


def deliver_events(
    settings: Settings, raw: RawTables, clients: list[Client], events: list[Event],
    redelivered: int, truth: UsageTruth,
) -> None:  # fmt: skip
    """Deliver events in order of time; the earliest delivery of an event is the accepted one."""
    rng = Random(f"{settings.seed}:loads")
    again = set(rng.sample(range(len(events)), redelivered))
    width = max(5, len(str(len(events))))
    names = {user.number: user.user_id for client in clients for user in client.users}
    reused = len(events) // 4
    for place, event in enumerate(events):
        # The key of an event holds within its day: three ids come back on another day.
        is_reused = place in (reused, reused + 10, reused + 20) and place >= REUSE_DISTANCE
        number = place - REUSE_DISTANCE if is_reused else place
        row = {
            "event_id": f"e{number + 1:0{width}d}",
            "client_id": clients[event.client].client_id,
            "user_id": names[event.user],
            "event_name": EVENTS[event.event][0],
            "feature": EVENTS[event.event][1],
            "quantity": event.quantity,
            "occurred_at": _event_time(place, event.occurred),
        }
        if place % 3001 == 7:
            row["client_id"] = f" {row['client_id']} "
        arrival = _arrival(settings, rng, event.occurred)
        raw.add("usage_events", row, arrival, "accepted")
        truth.record(event)
        if place in again:
            later = min(arrival + rng.randrange(1, 8) * DAY, settings.last_load)
            raw.add("usage_events", row, later, "duplicate")


def _event_time(place: int, occurred: int) -> str:
    if place % 1201 == 600:
        return offset_text(occurred, 2)
    return offset_text(occurred, -5) if place % 1201 == 900 else time_text(occurred)


def _arrival(settings: Settings, rng: Random, occurred: int) -> int:
    """Return the nightly load, or for a few events one up to 150 days after."""
    usual = settings.load_time(occurred)
    if not chance(rng, LATE_PERMILLE):
        return usual
    days = (rng.randrange(1, 6), rng.randrange(6, 41), rng.randrange(41, LATE_DAYS_MAX))
    late = usual + days[(0, 0, 0, 0, 0, 0, 0, 1, 1, 2)[rng.randrange(10)]] * DAY
    return late if late <= settings.last_load else usual
