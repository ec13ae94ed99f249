"""What results and Data Docs show of values: their shape, as anything may stand in any column.

An e-mail address in a currency code is personal data, and a tag of HTML in a country code would
be one in the Data Docs. The values that a suite names itself are shown as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

DAY_OR_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
LONGEST = 40


def shape(value: str) -> str:
    """Letters as x, digits as 9; what means something in HTML as a question mark."""
    kinds = ((str.isalpha, "x"), (str.isdigit, "9"), ("<>&\"'`\\".__contains__, "?"))
    shown = "".join(
        next((sign for is_kind, sign in kinds if is_kind(letter)), letter)
        for letter in value[:LONGEST]
        if letter.isprintable()
    )
    return shown + "..." * (len(value) > LONGEST)


def without_values(found: Any, named: Collection[str]) -> Any:
    """A part of a result, with the shapes of all values that the suite does not name."""
    if isinstance(found, dict):
        return {key: without_values(inner, named) for key, inner in found.items()}
    if isinstance(found, list | tuple | set):
        return [without_values(inner, named) for inner in found]
    if not isinstance(found, str) or found in named or DAY_OR_TIME.fullmatch(found):
        return found
    return shape(found)


def hide_values(results: Any) -> Any:
    """The results of a suite, without values, in place."""
    for result in results.results:
        named = set(texts(result.expectation_config.kwargs))
        result.result = without_values(result.result, named)
        info = result.exception_info or {}
        for entry in [info] if "raised_exception" in info else info.values():
            if entry.get("raised_exception"):
                message = str(entry["exception_message"]).splitlines()[0]
                entry["exception_message"] = re.sub(
                    r"'.*'|\".*\"", lambda quote: shape(quote.group()), message
                )
                entry["exception_traceback"] = ""
    return results


def texts(given: Any) -> list[str]:
    """All texts in what an expectation was given."""
    if isinstance(given, dict):
        return [text for inner in given.values() for text in texts(inner)]
    if isinstance(given, list | tuple | set):
        return [text for inner in given for text in texts(inner)]
    return [given] if isinstance(given, str) else []
