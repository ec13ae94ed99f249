"""Rows as text that does not depend on the engine that returned them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

Row = tuple[str, ...]
MIDNIGHT = re.compile(r"[ T]00:00:00(\.0+)?([+]00(:?00)?|Z)?$")


def canonical(value: Any) -> str:
    """A value as text that does not depend on the engine that returned it."""
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="microseconds")
    return str(value)


def canonical_answer(value: object) -> str:
    """A metric's value to nine digits: ratios are divided in floating point."""
    text = canonical(value)
    try:
        return f"{float(text):.9g}"
    except ValueError:
        # Some engines give a day as the moment it begins.
        return MIDNIGHT.sub("", text)


def fingerprint(rows: Sequence[Row]) -> str:
    """A hash of the rows, whatever engine they came from."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(row).encode() + b"\x1e")
    return digest.hexdigest()[:12]
