"""The periods by which metrics are asked, shortest first."""

from __future__ import annotations

from datetime import date, datetime, timedelta

GRAINS = ("day", "week", "month", "quarter", "year")


def split_grain(name: str) -> tuple[str, str]:
    """`metric_time__month` is `metric_time` and `month`; without a grain the second is empty."""
    head, _, tail = name.rpartition("__")
    return (head, tail) if tail in GRAINS else (name, "")


def next_start(start: date, grain: str) -> date:
    """The first day of the period after the one that begins on a day."""
    if grain in ("day", "week"):
        return start + timedelta(days=7 if grain == "week" else 1)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    number = start.year * 12 + start.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def is_running(value: object, grain: str, as_of_date: date) -> bool:
    """Whether a period, told by its first day, has begun by a day and is not over with it."""
    if not isinstance(value, date):
        return False
    start = value.date() if isinstance(value, datetime) else value
    return start <= as_of_date < next_start(start, grain) - timedelta(days=1)
