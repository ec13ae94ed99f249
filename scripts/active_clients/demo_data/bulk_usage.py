"""Usage events by the million: drawn with numpy day by day, written through DuckDB in batches."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from .bad_rows import UNKNOWN_CLIENT
from .company import Client
from .contract import EVENT_NUMBER, EVENTS, IS_CORE, event_slots
from .timeline import DAY, LOAD_HOUR, Settings, date_text, month_text
from .usage import (
    CHAMPION_PERCENT,
    LATE_DAYS_MAX,
    LATE_PERMILLE,
    REDELIVERED_PERCENT,
    season,
    story_events,
)

BATCH_ROWS = 1_000_000
BAD_PERMILLE = 8
# Kinds of bad rows; their place + 1 is the number in the column `flaw`.
FLAW_REASONS = (
    "missing_key:event_id",
    "missing_client:client_id",
    "missing_user:user_id",
    "missing_event_name:event_name",
    "missing_loaded_at:loaded_at",
    "invalid_time:occurred_at",
    "time_too_old:occurred_at",
    "occurs_after_load:occurred_at",
    "negative_number:quantity",
    "unknown_client:client_id",
)
Counts = dict[tuple[int, str], tuple[int, int, int]]
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass
class Batch:
    """Columns of some days of events, one item per raw row."""

    number: Ints
    client: Ints
    user: Ints
    event: Ints
    quantity: Ints
    occurred: Ints
    loaded: Ints
    flaw: Ints

    @classmethod
    def joined(cls, parts: list["Batch"]) -> "Batch":
        """Return the parts as one."""
        names = cls.__dataclass_fields__
        return cls(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})

    def taken(self, places: Ints) -> "Batch":
        """Return the rows at these places."""
        names = self.__dataclass_fields__
        return Batch(**{name: getattr(self, name)[places] for name in names})


@dataclass
class BulkCounts:
    """What the drawn events add up to."""

    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    monthly: Counts = field(default_factory=dict)
    last_28_days: set[int] = field(default_factory=set)


class Company:
    """The clients and users as arrays, by index and by number."""

    def __init__(self, clients: list[Client], canonical: dict[int, int]) -> None:
        users = [user for client in clients for user in client.users]
        owners = [client for client in clients for _ in client.users]
        self.weight = np.array([client.weight for client in clients], dtype=np.int64)
        levels = [np.frombuffer(bytes(client.levels), dtype=np.uint8) for client in clients]
        ranks = [np.frombuffer(bytes(client.ranks), dtype=np.uint8) for client in clients]
        self.levels, self.ranks = np.stack(levels, axis=1), np.stack(ranks, axis=1)
        self.first_user = np.array([client.users[0].number for client in clients])
        self.user_created = np.array([user.created for user in users])
        self.user_owner = np.array([client.index for client in owners])
        self.is_staff = np.array(
            [u.is_internal or c.is_internal for u, c in zip(users, owners, strict=True)]
        )
        merged = [u.number if u.merged_into is None else u.merged_into for u in users]
        self.user_canonical = np.array(merged)
        self.client_canonical = np.array([canonical[client.index] for client in clients])
        self.champion = next((c for c in clients if c.silent_from is not None), None)


class BulkUsage:
    """Draws and writes `settings.events` raw rows; memory holds one batch at a time."""

    def __init__(
        self, settings: Settings, clients: list[Client], canonical: dict[int, int]
    ) -> None:
        self.settings = settings
        self.company = Company(clients, canonical)
        self.rng = np.random.Generator(np.random.PCG64(settings.seed))
        self.slots = np.array([event_slots(rank) for rank in range(4)])
        self.is_core = np.array(IS_CORE)
        self.redelivered = settings.events * REDELIVERED_PERCENT // 100
        self.distinct = settings.events - self.redelivered
        self.story: dict[int, list[tuple[int, int, int, int]]] = {}
        for event in story_events(settings, clients):
            item = (event.client, event.user, event.event, event.occurred)
            self.story.setdefault(event.occurred // DAY, []).append(item)
        self.counts = BulkCounts()
        self.written = 0

    def write(self, folder: Path, file_format: str) -> BulkCounts:
        """Write the files of usage_events and return what they hold."""
        connection = duckdb.connect()
        connection.execute("set threads = 2; set preserve_insertion_order = true")
        started = time.monotonic()
        month, files = "", 0
        writer = ThreadPoolExecutor(1)
        pending: Future[None] | None = None
        for day, batch, is_month_end in self._batches():
            files = files + 1 if month_text(day) == month else 1
            month = month_text(day)
            name = folder / f"usage_events_{month[:7]}_{files:03d}.{file_format}"
            # One batch is written while the next is drawn, and never more.
            if pending is not None:
                pending.result()
            pending = writer.submit(self._copy, connection, batch, name)
            self.written += len(batch.number)
            rate = self.written / max(time.monotonic() - started, 0.001)
            if is_month_end:
                text = f"usage_events to {date_text(day)}: {self.written:,} rows, {rate:,.0f}/s"
                print(text, file=sys.stderr)
        if pending is not None:
            pending.result()
        writer.shutdown()
        connection.close()
        return self.counts

    def _day_counts(self) -> Ints:
        """Return the distinct events of every day; they add up to the total exactly."""
        days = range(self.settings.first_day, self.settings.first_day + self.settings.day_count)
        seasons = np.array([season(self.settings, day) for day in days], dtype=np.int64)
        weights = (self.company.levels.astype(np.int64) @ self.company.weight) * seasons
        demanded = np.array([len(self.story.get(day, [])) for day in days], dtype=np.int64)
        drawn = self.distinct - int(demanded.sum())
        running = np.cumsum(weights).astype(object) * drawn // int(weights.sum())
        return demanded + np.diff(running, prepend=0).astype(np.int64)

    def _batches(self) -> Iterator[tuple[int, Batch, bool]]:
        """Yield (last day, rows, whether it ends the month) and keep the truth of each month."""
        counts, parts, rows, given = self._day_counts(), [], 0, 0
        distinct = 0
        month = MonthTruth(self)
        last = self.settings.first_day + self.settings.day_count - 1
        for offset, count in enumerate(counts):
            day = self.settings.first_day + offset
            for size in _sizes(int(count)):
                part = self._draw(day, size, distinct)
                distinct += size
                month.record(part)
                parts.append(part)
                rows += size
                is_month_end = day == last or month_text(day + 1) != month_text(day)
                is_last_part = size == _sizes(int(count))[-1]
                if rows >= BATCH_ROWS or (is_month_end and is_last_part and rows):
                    batch = Batch.joined(parts)
                    due = distinct * self.redelivered // self.distinct
                    yield day, self._with_redeliveries(batch, due - given), is_month_end
                    given, parts, rows = due, [], 0
            if day <= self.settings.last_day and month_text(day + 1) != month_text(day):
                month.close(month_text(day))

    def _draw(self, day: int, size: int, first_number: int) -> Batch:
        rng, company, settings = self.rng, self.company, self.settings
        offset = day - settings.first_day
        running = np.cumsum(company.weight * company.levels[offset])
        # Sorted draws are found several times faster, and a day's order has no meaning.
        keys = np.sort(rng.integers(0, running[-1], size))
        client = np.searchsorted(running, keys, side="right")
        known = self._known_users(day)
        draw = rng.random(size)
        user = company.first_user[client] + (draw * draw * known[client]).astype(np.int64)
        self._lead(rng, day, client, user)
        event = self.slots[company.ranks[offset][client], rng.integers(0, 256, size)]
        if day > settings.last_day:
            seconds = rng.integers(0, LOAD_HOUR - 60, size)
        else:
            seconds = rng.integers(7 * 3600, 19 * 3600, size)
            night = np.flatnonzero(rng.random(size) < 0.15)
            seconds[night] = rng.integers(0, DAY, len(night))
        occurred = np.maximum(day * DAY + seconds, company.user_created[user] + 1)
        is_api = event == EVENT_NUMBER["api_called"]
        quantity = np.where(is_api, rng.integers(1, 500, size), 0)
        number = first_number + np.arange(1, size + 1)
        loaded = self._loads(rng, occurred)
        flaw = np.zeros(size, dtype=np.int64)
        bad = np.flatnonzero(rng.integers(0, 1000, size) < BAD_PERMILLE)
        flaw[bad] = rng.integers(1, len(FLAW_REASONS) + 1, len(bad))
        batch = Batch(number, client, user, event, quantity, occurred, loaded, flaw)
        self._tell_story(day, batch)
        return batch

    def _known_users(self, day: int) -> Ints:
        """Return how many users of each client existed when the day began, at least one."""
        known = np.bincount(
            self.company.user_owner,
            weights=self.company.user_created < day * DAY,
            minlength=len(self.company.weight),
        )
        return np.maximum(known.astype(np.int64), 1)

    def _lead(self, rng: np.random.Generator, day: int, client: Ints, user: Ints) -> None:
        """Let the champion do half of its client's work, and nothing once silent."""
        champion = self.company.champion
        if champion is None or champion.silent_from is None:
            return
        rows = np.flatnonzero(client == champion.index)
        leader = champion.users[1]
        if day >= champion.silent_from:
            user[rows[user[rows] == leader.number]] = champion.users[0].number
        elif leader.created < day * DAY:
            user[rows[rng.integers(0, 100, len(rows)) < CHAMPION_PERCENT]] = leader.number

    def _loads(self, rng: np.random.Generator, occurred: Ints) -> Ints:
        usual = np.minimum((occurred // DAY + 1) * DAY + LOAD_HOUR, self.settings.last_load)
        late = np.flatnonzero(rng.integers(0, 1000, len(occurred)) < LATE_PERMILLE)
        # The cube of a uniform draw makes short delays common and 150 days rare.
        delay = 1 + (rng.random(len(late)) ** 3 * LATE_DAYS_MAX).astype(np.int64)
        moved = usual[late] + delay * DAY
        usual[late] = np.where(moved <= self.settings.last_load, moved, usual[late])
        return usual

    def _tell_story(self, day: int, batch: Batch) -> None:
        """Replace rows spread over the day's clients by the events that the story demands."""
        story = self.story.pop(day, [])
        places = [number * len(batch.number) // len(story) for number in range(len(story))]
        for place, (client, user, event, occurred) in zip(places, story, strict=True):
            batch.client[place], batch.user[place] = client, user
            batch.event[place], batch.occurred[place] = event, occurred
            batch.loaded[place] = self.settings.load_time(occurred)
            batch.quantity[place] = batch.flaw[place] = 0

    def _with_redeliveries(self, batch: Batch, count: int) -> Batch:
        good = np.flatnonzero(batch.flaw == 0)
        places = good[self.rng.integers(0, len(good), count)]
        again = batch.taken(places)
        delay = self.rng.integers(1, 8, count) * DAY
        again.loaded = np.minimum(again.loaded + delay, self.settings.last_load)
        self.counts.accepted += len(good)
        self.counts.quarantined += len(batch.number) - len(good)
        self.counts.duplicate += count
        return Batch.joined([batch, again])

    def _copy(self, connection: duckdb.DuckDBPyConnection, batch: Batch, name: Path) -> None:
        names = [event[0] for event in EVENTS]
        features = sorted({event[1] or "none" for event in EVENTS})
        codes = np.array([features.index(event[1] or "none") for event in EVENTS])
        frame = pd.DataFrame(
            {
                "number": batch.number,
                "client": batch.client,
                "user_number": batch.user,
                "event_name": pd.Categorical.from_codes(batch.event, names),
                "feature": pd.Categorical.from_codes(codes[batch.event], features),
                "quantity": batch.quantity,
                "occurred": batch.occurred.astype("datetime64[s]"),
                "loaded": batch.loaded.astype("datetime64[s]"),
                "flaw": batch.flaw,
            }
        )
        connection.register("batch", frame)
        options = "format parquet, compression snappy" if name.suffix == ".parquet" else "header"
        query = _SELECT.format(
            width=max(3, len(str(self.settings.clients))), unknown=UNKNOWN_CLIENT
        )
        connection.execute(f"copy ({query}) to '{_sql(name)}' ({options})")
        connection.unregister("batch")


def _sizes(count: int) -> list[int]:
    """Split a day's count into parts of at most one batch."""
    full, rest = divmod(count, BATCH_ROWS)
    return [BATCH_ROWS] * full + ([rest] if rest or not full else [])


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")


_SELECT = """
select
    case when flaw = 1 then null else concat('e', number) end as event_id,
    case
        when flaw = 2 then null
        when flaw = 10 then '{unknown}'
        else concat('c', lpad(cast(client + 1 as varchar), {width}, '0'))
    end as client_id,
    case
        when flaw = 3 then null
        when user_number < 9999
            then concat('u', lpad(cast(user_number + 1 as varchar), 4, '0'))
        else concat('u', user_number + 1)
    end as user_id,
    case when flaw = 4 then null else cast(event_name as varchar) end as event_name,
    nullif(cast(feature as varchar), 'none') as feature,
    cast(case when flaw = 9 then -3 when quantity = 0 then null else quantity end
        as decimal(18, 4)) as quantity,
    cast(case
        when flaw = 6 then null
        when flaw = 7 then timestamp '1998-03-04 05:06:07'
        when flaw = 8 then loaded + interval 2 hour
        else occurred
    end as timestamp) as occurred_at,
    cast(case when flaw = 5 then null else loaded end as timestamp) as loaded_at
from batch
"""


class MonthTruth:
    """Counts accepted core events of one month by canonical client."""

    def __init__(self, usage: BulkUsage) -> None:
        self.usage, self.company = usage, usage.company
        self.clients = len(usage.company.weight)
        self._clear()

    def _clear(self) -> None:
        self.events = np.zeros(self.clients, dtype=np.int64)
        self.days = np.zeros(self.clients * 32, dtype=bool)
        self.users = np.zeros(len(self.company.user_owner), dtype=bool)

    def record(self, batch: Batch) -> None:
        """Count the good core events of people outside the company."""
        company, settings = self.company, self.usage.settings
        counts = (batch.flaw == 0) & self.usage.is_core[batch.event]
        rows = np.flatnonzero(counts & ~company.is_staff[batch.user])
        client = company.client_canonical[batch.client[rows]]
        day = batch.occurred[rows] // DAY
        self.events += np.bincount(client, minlength=self.clients)
        self.users[company.user_canonical[batch.user[rows]]] = True
        self.days[client * 32 + day % 32] = True
        if len(day) and day[0] > settings.last_day - 28 and day[0] <= settings.last_day:
            self.usage.counts.last_28_days.update(np.unique(client).tolist())

    def close(self, month: str) -> None:
        """Store the month's counts by client."""
        owners = self.company.client_canonical[self.company.user_owner[self.users]]
        users = np.bincount(owners, minlength=self.clients)
        days = self.days.reshape(self.clients, 32).sum(axis=1)
        for client in np.flatnonzero(self.events).tolist():
            counts = int(self.events[client]), int(users[client]), int(days[client])
            self.usage.counts.monthly[client, month] = counts
        self._clear()
