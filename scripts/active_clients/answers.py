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
        "Revenue retention",
        "fct_client_months",
        """
        select
            sum(net_retained_mrr_amount) / nullif(sum(base_mrr_amount), 0),
            sum(gross_retained_mrr_amount) / nullif(sum(base_mrr_amount), 0)
        from marts.fct_client_months
        where is_complete
        group by period_month
        order by period_month desc
        limit 1
        """,
        "NRR {0:.1%}, GRR {1:.1%} over 12 months",
        needs="billing.subscriptions",
    ),
    Answer(
        "Logo churn",
        "fct_client_months",
        """
        select
            count(*) filter (where is_churned) / nullif(count(*) filter (where was_paying), 0),
            strftime(period_month, '%B %Y'),
            count(*) filter (where was_paying)
        from marts.fct_client_months
        where is_complete
        group by period_month
        order by period_month desc
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
