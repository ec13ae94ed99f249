"""What the marts of a published file hold, and why some hold nothing, in a few lines."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tabulate import tabulate

from active_clients.query import open_published

SHOWN_MARTS = 4
# Tables that lost more of their rows than `limit`, with their two most frequent reasons.
LEFT_OUT = """
    with tables as (
        select source_name, table_name, sum(raw_row_count) as row_count,
            sum(quarantined_row_count) / nullif(sum(raw_row_count), 0) as rate
        from marts.fct_row_dispositions group by all having rate > $limit
    ),
    reasons as (
        select source_name, table_name, unnest(string_split(rejection_reasons, ',')) as reason
        from marts.fct_quarantined_rows
    ),
    counted as (
        select source_name, table_name, reason, count(*) as reason_count
        from reasons group by source_name, table_name, reason
        qualify row_number() over (
            partition by source_name, table_name order by reason_count desc, reason
        ) <= 2
    )
    select tables.source_name || '.' || tables.table_name, tables.rate, tables.row_count,
        string_agg(reason || ' ' || reason_count, ', ' order by reason_count desc, reason)
    from tables inner join counted using (source_name, table_name)
    group by all order by all
"""


def read_left_out(path: Path, limit: float) -> str:
    """A line per raw table of which more rows than that share were left out, as they count."""
    with open_published(path) as connection:
        rows = connection.execute(LEFT_OUT, {"limit": limit}).fetchall()
    if not rows:
        return ""
    lines = [
        (f"  {table}", f"{rate:.1%} of {count:,}", reasons) for table, rate, count, reasons in rows
    ]
    table = tabulate(lines, tablefmt="plain", preserve_whitespace=True)
    return (
        "Raw rows left out, of tables that lost more than quarantine_rate_max"
        " (marts.fct_quarantined_rows; what to do: seeds/reference/rejection_rules.csv):"
        f"\n{table}\n\n"
    )


def read_coverage(path: Path) -> str:
    """One line that counts the marts, and one per reason for which some are empty or lack parts."""
    with open_published(path) as connection:
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
