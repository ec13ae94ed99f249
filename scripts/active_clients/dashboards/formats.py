"""How a number, day or word is shown: on the pages, and by plotly on hover and along axes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

NONE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
CODE = re.compile(r"[a-z_ ]+")
# Words that are written otherwise than a code is read.
SPELT = {
    "smb": "SMB", "nps": "NPS", "csat": "CSAT", "ces": "CES", "mrr": "MRR", 
    "clv": "CLV", "api": "API",
}  # fmt: skip


@dataclass(frozen=True)
class Format:
    """How plotly writes a value on hover and along an axis, in the terms of d3."""

    hover: str = ""
    axis: str = ""
    is_number: bool = True


FORMATS = {
    "money": Format(",.0f", "~s"),
    "count": Format(",d", ",~s"),
    "number": Format(",.1f", "~s"),
    "rate": Format(".1%", ".0%"),
    "points": Format("+.0f", "+.0f"),
    "signed": Format("+,.0f", "~s"),
    "days": Format(",d", ",d"),
    "day": Format("%e %b %Y", is_number=False),
    "month": Format("%b %Y", is_number=False),
    "words": Format(is_number=False),
    "text": Format(is_number=False),
    "yes": Format(is_number=False),
}


def words(code: Any) -> str:
    """A code as a person says it: `mid_market` is Mid market; names and keys stay as they are."""
    if not CODE.fullmatch(str(code)):
        return str(code)
    found = str(code).replace("_", " ").strip().split(" ")
    said = " ".join(SPELT.get(word, word) for word in found)
    return said[:1].upper() + said[1:]


def day(value: Any) -> str:
    """A day, as 30 June 2025."""
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else str(value)


def month(value: Any) -> str:
    """The month of a day, as June 2025."""
    return f"{value:%B %Y}" if isinstance(value, date) else str(value)


def shown(value: Any, form: str) -> str:
    """A value in a format; a dash for none."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return NONE
    if form == "yes":
        return "Yes" if value else ""
    if form == "words":
        return words(value)
    if isinstance(value, date):
        return month(value) if form == "month" else f"{value.day} {value:%b %Y}"
    if not isinstance(value, int | float | Decimal) or form in ("text", "day", "month"):
        return str(value)
    number = float(value)
    if form == "rate":
        text = f"{number:.1%}"
    elif form == "points":
        text = f"{number:+.0f}"
    elif form == "signed":
        text = f"{number:+,.0f}"
    elif form == "number":
        text = f"{number:,.1f}"
    else:
        text = f"{number:,.0f}"
    # Rounded to nothing, a number has no sign.
    text = text.lstrip("+-") if not text.strip("+-0.%,") else text
    return text.replace("-", MINUS)


def compact(value: float, is_signed: bool) -> str:
    """A number for where there is no room: 77k, +1.2M."""
    sign = "+" if is_signed and value > 0 else ""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            found = value / size
            text = f"{found:.0f}{unit}" if abs(found) >= 10 else f"{found:.1f}{unit}"
            return f"{sign}{text}".replace("-", MINUS)
    return f"{sign}{value:.0f}".replace("-", MINUS)


def change(now: float, before: float, form: str) -> str:
    """By how much a number differs from the one before, in its own terms."""
    difference = now - before
    if form == "rate":
        text = f"{100 * difference:+.1f} points"
    elif form == "points":
        text = f"{difference:+.0f} points"
    elif form == "number":
        text = f"{difference:+,.1f}"
    else:
        text = f"{difference:+,.0f}"
        if before and form in ("money", "count"):
            text += f" ({difference / before:+.1%})"
    return text.replace("-", MINUS)


def plain(value: Any) -> Any:
    """A value as JSON holds it, the same on every machine."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return round(value, 6) if isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value
