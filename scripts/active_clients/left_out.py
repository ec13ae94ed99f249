"""Raw rows that a build left out, per table, with the reasons that occur most."""

from __future__ import annotations

import duckdb
from tabulate import tabulate

LEFT_OUT = """
    with tables as (
        select source_name, table_name, sum(raw_row_count) as row_count,
            sum(quarantined_row_count) / nullif(sum(raw_row_count), 0) as rate
        from marts.fct_row_dispositions group by all
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
        ) <= 3
    )
    select tables.source_name || '.' || tables.table_name, tables.rate, tables.row_count,
        string_agg(
            reason || ' ' || format('{:,}', reason_count), ', ' order by reason_count desc, reason
        )
    from tables inner join counted using (source_name, table_name)
    where tables.rate > $above
    group by all order by all
"""
WHAT_TO_DO = "seeds/reference/rejection_rules.csv says what to do"


def left_out(connection: duckdb.DuckDBPyConnection, above: float = 0) -> str:
    """A line per raw table that lost more than a share of its rows; empty without any."""
    rows = connection.execute(LEFT_OUT, {"above": above}).fetchall()
    lines = [
        (f"  {table}", f"{rate:.1%} of {count:,}", reasons) for table, rate, count, reasons in rows
    ]
    if not lines:
        return ""
    table = tabulate(lines, tablefmt="plain", preserve_whitespace=True)
    return f"Raw rows left out (marts.fct_quarantined_rows; {WHAT_TO_DO}):\n{table}"
