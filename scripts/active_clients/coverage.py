"""What the marts of a published file hold, and why some hold nothing, in a few lines."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb
from tabulate import tabulate

from active_clients.left_out import left_out
from active_clients.query import open_published

SHOWN_MARTS = 4


def read_coverage(path: Path, quarantine_limit: float) -> str:
    """Tables that lost more rows than a share, though the build passed, then what marts hold."""
    with open_published(path) as connection:
        said = [left_out(connection, quarantine_limit), mart_coverage(connection)]
    return "\n\n".join(filter(None, said))


def mart_coverage(connection: duckdb.DuckDBPyConnection) -> str:
    """One line that counts the marts, and one per reason for which some are empty or lack parts."""
    rows = connection.execute(
        "select mart_name, coverage, reason from marts.fct_coverage order by mart_name"
    ).fetchall()
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mart, coverage, reason in rows:
        if coverage != "full":
            reasons[coverage, reason].append(mart)
    empty = sum(coverage == "empty" for _, coverage, _ in rows)
    said = f"{len(rows) - empty} of {len(rows)} marts have rows (marts.fct_coverage)"
    if not reasons:
        return f"{said}."
    lines = [
        (f"  {coverage}", reason, named(marts)) for (coverage, reason), marts in reasons.items()
    ]
    table = tabulate(sorted(lines), tablefmt="plain", preserve_whitespace=True)
    return f"{said}; what others wait for, or lack:\n{table}"


def named(marts: list[str]) -> str:
    """The first few by name, and how many more."""
    more = len(marts) - SHOWN_MARTS
    shown = ", ".join(marts[:SHOWN_MARTS])
    return f"{shown} and {more} more" if more > 0 else shown
