"""The headline numbers of a published file, as a short table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

import duckdb
from tabulate import tabulate

from active_clients.query import open_published, tables_without_rows


@dataclass(frozen=True)
class Answer:
    """One headline number: what it is called, where it is from, how to show it, what it needs."""

    label: str
    mart: str
    sql: str
    show: str
    needs: str = ""
    otherwise: str = "not known yet"


ANSWERS = [
    Answer(
        "Active clients",
        "fct_active_clients_daily",
        """
        select active_client_count from marts.fct_active_clients_daily
        where activity_date = $as_of_date and window_days = 28 and attribute = 'all'
            and definition_id = $definition_id
        """,
        "{0:,} in 28 days",
        needs="product.usage_events",
    ),
    Answer(
        "Monthly active users",
        "fct_active_users_daily",
        """
        select active_user_count from marts.fct_active_users_daily
        where activity_date = $as_of_date and window_days = 28 and attribute = 'all'
            and definition_id = $definition_id
        """,
        "{0:,} in 28 days",
        needs="product.usage_events",
    ),
    Answer(
        "Stickiness",
        "fct_active_users_daily",
        """
        select stickiness_rate from marts.fct_active_users_daily
        where activity_date = $as_of_date and window_days = 28 and attribute = 'all'
            and definition_id = $definition_id
        """,
        "{0:.1%} of the monthly users on an average day",
        needs="product.usage_events",
    ),
    Answer(
        "MRR",
        "fct_client_mrr",
        """
        select sum(mrr_amount), sum(mrr_amount) * 12, count(distinct client_id), $currency
        from marts.fct_client_mrr
        where valid_from <= $as_of_date
            and (valid_to is null or valid_to > $as_of_date) and mrr_amount > 0
        """,
        "{0:,.0f} {3} a month (ARR {1:,.0f}) from {2:,} clients",
        needs="billing.subscriptions",
    ),
    Answer(
        "Net retention",
        "fct_revenue_retention",
        """
        with last as (
            select * from marts.fct_revenue_retention
            where retention_type = 'all_clients' and period_number = 12 and is_mature
                and base_mrr_amount > 0
            qualify base_month = max(base_month) over ()
        ),
        -- By how much NRR would differ without the client that moves it most.
        shares as (
            select
                sum(net_retained_mrr_amount) over () / sum(base_mrr_amount) over ()
                - (sum(net_retained_mrr_amount) over () - net_retained_mrr_amount)
                / nullif(sum(base_mrr_amount) over () - base_mrr_amount, 0) as share
            from marts.fct_client_retained_mrr
            where period_number = 12
                and base_month = (select any_value(base_month) from last)
        )
        select
            counted.net_retention_rate,
            coalesce(format(
                ' ({:.0f}% to {:.0f}%)',
                100.0 * counted.net_retention_rate_lower,
                100.0 * counted.net_retention_rate_upper
            ), ''),
            counted.base_client_count,
            round(100 * (select max(abs(share)) from shares))
        from last as counted
        where counted.reactivation_policy = 'counted'
        """,
        "NRR {0:.1%}{1} over 12 months; one of the {2:,} clients moves it by {3:.0f} points",
        needs="billing.subscriptions",
    ),
    Answer(
        "Gross retention",
        "fct_revenue_retention",
        """
        select
            counted.gross_retention_rate,
            coalesce(format(
                ' ({:.0f}% to {:.0f}%)',
                100.0 * counted.gross_retention_rate_lower,
                100.0 * counted.gross_retention_rate_upper
            ), ''),
            unbroken.gross_retention_rate
        from marts.fct_revenue_retention as counted
        inner join marts.fct_revenue_retention as unbroken
            using (retention_type, base_month, period_number)
        where counted.retention_type = 'all_clients' and counted.period_number = 12
            and counted.is_mature and counted.base_mrr_amount > 0
            and counted.reactivation_policy = 'counted'
            and unbroken.reactivation_policy = 'not_counted'
        order by counted.base_month desc
        limit 1
        """,
        "GRR {0:.1%}{1} over 12 months; {2:.1%} where who lapsed is lost, even if it is back",
        needs="billing.subscriptions",
    ),
    Answer(
        "Logo churn",
        "fct_client_openings",
        """
        select avg(is_churned::int), strftime(period_start_date, '%B %Y'), count(*)
        from marts.fct_client_openings
        where period_grain = 'month' and is_complete
        group by period_start_date
        order by period_start_date desc
        limit 1
        """,
        "{0:.1%} of {2:,} paying clients in {1}",
        needs="billing.subscriptions",
    ),
    Answer(
        "Month-3 retention",
        "fct_usage_retention_curve",
        """
        select retention_rate, retention_rate_lower, retention_rate_upper, eligible_count
        from marts.fct_usage_retention_curve
        where retention_id = 'client_month' and retention_method = 'on' and attribute = 'all'
            and period_number = 3
        """,
        "{0:.1%} ({1:.1%} to {2:.1%}) of {3:,} clients, all elapsed cohorts",
        needs="product.usage_events",
    ),
    Answer(
        "Net promoter score",
        "fct_nps",
        """
        select nps, nps_lower, nps_upper, response_count, strftime(period_month, '%B %Y')
        from marts.fct_nps
        where unit_of_count = 'latest_per_respondent' and survey_purpose = 'relational'
            and attribute = 'all' and not is_suppressed
        order by period_month desc
        limit 1
        """,
        "{0:+.0f} ({1:+.0f} to {2:+.0f}) from {3:,} respondents, {4}",
        needs="feedback.survey_responses",
        otherwise="not shown: no month with enough answers to an NPS survey",
    ),
    Answer(
        "Lifetime value",
        "fct_client_lifetime_value",
        """
        select avg(historical_clv_amount), $currency, count(*)
        from marts.fct_client_lifetime_value
        """,
        "{0:,.0f} {1} gross margin so far, mean of {2:,} clients",
        otherwise="not known: no client has brought revenue",
    ),
    Answer(
        "Raw rows",
        "fct_row_dispositions",
        """
        select
            sum(raw_row_count), sum(accepted_row_count), sum(duplicate_row_count),
            sum(quarantined_row_count),
            case when sum(raw_row_count) = sum(accepted_row_count)
                + sum(duplicate_row_count) + sum(quarantined_row_count)
                then '=' else 'IS NOT' end
        from marts.fct_row_dispositions
        """,
        "{0:,} {4} {1:,} accepted + {2:,} duplicate + {3:,} quarantined",
    ),
]


def read_answers(path: Path, variables: dict[str, Any]) -> str:
    """The table, read from the published file as any reader would."""
    with open_published(path) as connection:
        published = {
            row[0]
            for row in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
            ).fetchall()
        }
        as_of_date = connection.execute("select as_of_date from marts.publication").fetchall()[0][0]
        known = {
            "as_of_date": as_of_date,
            "currency": variables["reporting_currency"],
            "definition_id": variables["default_definition_id"],
        }
        missing = tables_without_rows(connection)
        rows = [
            (answer.label, answer_text(connection, answer, known, missing))
            for answer in ANSWERS
            if answer.mart in published
        ]
    table = tabulate(rows, tablefmt="plain", disable_numparse=True)
    return f"As of {as_of_date}\n{indent(table, '  ')}"


def answer_text(
    connection: duckdb.DuckDBPyConnection,
    answer: Answer,
    known: dict[str, Any],
    missing: Collection[str],
) -> str:
    """One answer in words; a number that cannot be said is not made up."""
    if answer.needs in missing:
        return f"not known: {answer.needs} has no rows"
    parameters = {name: value for name, value in known.items() if f"${name}" in answer.sql}
    rows = connection.execute(answer.sql, parameters).fetchall()
    if not rows or rows[0][0] is None:
        return answer.otherwise
    return answer.show.format(*rows[0])
