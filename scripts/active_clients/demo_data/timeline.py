"""Time as whole seconds since 1970-01-01 UTC, so that no step depends on a platform's clock."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

DAY = 86_400
LOAD_HOUR = 2 * 3_600
EPOCH = date(1970, 1, 1)
LAST_DATE = date(2025, 6, 30)


def day_of(value: date) -> int:
    """Return the number of days since 1970-01-01."""
    return (value - EPOCH).days


@cache
def date_of(day: int) -> date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=day)


@cache
def date_text(day: int) -> str:
    """Return a day number as YYYY-MM-DD."""
    return date_of(day).isoformat()


def month_text(day: int) -> str:
    """Return the month of a day number as YYYY-MM-01."""
    return date_text(day)[:8] + "01"


def time_text(seconds: int | None) -> str:
    """Return an instant as YYYY-MM-DD HH:MM:SS in UTC; nothing for None."""
    if seconds is None:
        return ""
    day, rest = divmod(seconds, DAY)
    return f"{date_text(day)} {rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def offset_text(seconds: int, hours: int) -> str:
    """Return an instant as ISO 8601 with an offset of whole hours."""
    local = time_text(seconds + hours * 3600).replace(" ", "T")
    return f"{local}{'-' if hours < 0 else '+'}{abs(hours):02d}:00"


def add_months(day: int, months: int) -> int:
    """Return the day so many months later, on the month's last day where it is too short."""
    start = date_of(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day_of(date(year, month + 1, min(start.day, last)))


@dataclass(frozen=True)
class Settings:
    """What the caller chose; `events` counts raw rows of usage_events."""

    clients: int
    months: int
    events: int
    seed: int
    users_per_client: int
    typed: bool

    @cached_property
    def last_day(self) -> int:
        """The last complete day."""
        return day_of(LAST_DATE)

    @cached_property
    def first_day(self) -> int:
        """The first day with usage."""
        return add_months(day_of(date(LAST_DATE.year, LAST_DATE.month, 1)), 1 - self.months)

    @cached_property
    def day_count(self) -> int:
        """Days with usage, the last and partial one included."""
        return self.last_day - self.first_day + 2

    @cached_property
    def end(self) -> int:
        """The end of the last complete day."""
        return (self.last_day + 1) * DAY

    @cached_property
    def first_load(self) -> int:
        """The load that brought the history from before the first day."""
        return self.first_day * DAY + LOAD_HOUR

    @cached_property
    def last_load(self) -> int:
        """The last load, on the partial day."""
        return self.end + LOAD_HOUR

    def load_time(self, seconds: int) -> int:
        """Return the nightly load that brings a row of this instant."""
        night = (seconds // DAY + 1) * DAY + LOAD_HOUR
        return min(max(night, self.first_load), self.last_load)

    def months_ended(self) -> list[int]:
        """Return the last day of every month with usage."""
        return [add_months(self.first_day, n + 1) - 1 for n in range(self.months)]
