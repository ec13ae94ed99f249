"""The ways to the same numbers that scripts/benchmark compares, one per process.

scripts/benchmark runs `python -m active_clients.benchmarks.ways WAY FOLDER`; the last line printed
is what was found, as JSON. `floor` starts from the raw events, the others from one row per active
user and day.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

WINDOWS = (1, 7, 28)
# Compiled SQL names a file by its stem.
DATABASE = Path("build.duckdb")
USERS_DATABASE = Path("users/build.duckdb")
Counts = dict[str, dict[str, int]]

# Daily actives: a user enters the window on a day after a gap, and leaves it a window after
# the last day before a gap.
ACTIVES_SQL = """
with gaps as (
    select
        activity_date,
        activity_date - lag(activity_date) over user_days as gap_before,
        lead(activity_date) over user_days - activity_date as gap_after
    from {user_days}
    window user_days as (partition by user_id order by activity_date)
),
changes as (
    select window_days, activity_date, 1 as change from gaps, windows
    where gap_before is null or gap_before > window_days
    union all
    select window_days, activity_date + cast(window_days as integer), -1 from gaps, windows
    where gap_after is null or gap_after > window_days
),
changed as (
    select window_days, activity_date, sum(change) as change from changes group by all
)
select days.window_days, days.activity_date, sum(coalesce(change, 0)) over (
    partition by days.window_days order by days.activity_date
) as active_count
from (
    select window_days, unnest(generate_series(first_date, as_of_date, interval 1 day))::date
        as activity_date
    from windows, (select min(activity_date) as first_date from {user_days}), as_of
) as days
left join changed using (window_days, activity_date)
"""
RETENTION_SQL = """
with months as (
    select distinct user_id, year(activity_date) * 12 + month(activity_date) as month
    from {user_days}
)
select cohort, month - cohort as period, count(*) as retained
from (select month, min(month) over (partition by user_id) as cohort from months)
group by all
"""
# What the models reject as well; a client or user is who the project says it is.
FLOOR_SQL = """
create table usage_daily as
select client_id, user_id, event_name, feature, activity_date, loaded_date,
    count(*) as event_count, sum(quantity) as quantity
from (
    select trim(client_id) as client_id, user_id, event_name,
        coalesce(feature, 'unknown') as feature,
        coalesce(quantity, 1) as quantity, occurred_at::date as activity_date,
        loaded_at::date as loaded_date
    from read_parquet('{events}')
    where event_id is not null and user_id is not null and event_name is not null
        and occurred_at >= date '2000-01-01' and occurred_at <= loaded_at + interval 10 minute
        and coalesce(quantity, 1) >= 0 and trim(client_id) in (select client_id from clients)
    qualify row_number() over (
        partition by occurred_at::date, event_id
        order by loaded_at, client_id, user_id, event_name, feature, quantity, occurred_at
    ) = 1
)
group by all;
create table as_of as
    select max(activity_date) as as_of_date from usage_daily
    where activity_date < (select max(loaded_date) from usage_daily);
create table user_days as
    select c.canonical_client_id as client_id,
        coalesce(u.canonical_user_id, e.user_id) as user_id, activity_date,
        sum(event_count) as event_count
    from usage_daily as e
    join clients as c using (client_id)
    left join users as u using (user_id), as_of
    where event_name not in ('login', 'page_viewed') and c.exclusion_reason is null
        and u.exclusion_reason is null and activity_date <= as_of_date
    group by all;
create table client_days as
    select client_id, activity_date, count(*) as users, sum(event_count) as events
    from user_days group by all;
"""
NAIVE_ACTIVES_SQL = """
select window_days, days.activity_date, count(distinct user_id) as active_count
from (
    select window_days, unnest(generate_series(first_date, as_of_date, interval 1 day))::date
        as activity_date
    from windows, (select min(activity_date) as first_date from user_days), as_of
) as days
left join user_days as activity
    on activity.activity_date > days.activity_date - window_days::integer
    and activity.activity_date <= days.activity_date
group by all
"""
NAIVE_RETENTION_SQL = """
with firsts as (
    select user_id, date_trunc('month', min(activity_date)) as cohort_month
    from user_days group by user_id
)
select year(cohort_month) * 12 + month(cohort_month) as cohort,
    datediff('month', cohort_month, activity.activity_date) as period,
    count(distinct user_id) as retained
from firsts join user_days as activity using (user_id)
group by all
"""


def as_counts(actives: Iterable[Any], retention: Iterable[Any], as_of: Any) -> Counts:
    """Both results in one shape: what is zero, and what is not over yet, has no entry."""
    first_open = as_of.year * 12 + as_of.month
    return {
        "actives": {f"{w} {str(d)[:10]}": int(n) for w, d, n in actives if n},
        "retention": {
            f"{c} {p}": int(n) for c, p, n in retention if n and p and c + p < first_open
        },
    }


# ---- DuckDB --------------------------------------------------------------------------


def connect(folder: Path, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A connection with the limits of the build."""
    connection = duckdb.connect(database)
    connection.execute("set enable_progress_bar = false; set TimeZone = 'UTC'")
    connection.execute(f"set memory_limit = '{os.environ['ACTIVE_CLIENTS_MEMORY_LIMIT']}'")
    connection.execute(f"set temp_directory = '{os.environ['ACTIVE_CLIENTS_SPILL_DIRECTORY']}'")
    connection.execute(f"create table windows as select unnest({list(WINDOWS)}) as window_days")
    for name in ("clients", "users", "user_days", "as_of"):
        connection.execute(
            f"create view given_{name} as from read_parquet('{folder}/{name}.parquet')"
        )
    return connection


def answers(connection: duckdb.DuckDBPyConnection, actives: str, retention: str) -> Counts:
    """Run two queries."""
    day = connection.execute("select as_of_date from as_of").fetchall()[0][0]
    return as_counts(
        connection.execute(actives).fetchall(), connection.execute(retention).fetchall(), day
    )


@contextmanager
def by_hand_to_client_days(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """From the raw events to client-days: no checks, no quarantine, one definition."""
    file = folder / "floor.duckdb"
    file.unlink(missing_ok=True)
    with connect(folder, str(file)) as connection:
        for name in ("clients", "users"):
            connection.execute(f"create table {name} as from given_{name}")
        connection.execute(FLOOR_SQL.format(events=os.environ["BENCHMARK_EVENTS"]))
        yield connection
    file.unlink()


def to_client_days(folder: Path) -> Counts:
    """The floor's own first half."""
    with by_hand_to_client_days(folder):
        return {}


def floor(folder: Path) -> Counts:
    """From the raw events, by hand."""
    with by_hand_to_client_days(folder) as connection:
        connection.execute("create table user_dates as select distinct user_id, activity_date"
                           " from user_days")  # fmt: skip
        found = answers(
            connection,
            ACTIVES_SQL.format(user_days="user_dates"),
            RETENTION_SQL.format(user_days="user_dates"),
        )
        found["rows"] = dict(
            connection.execute(
                "select 'events', sum(event_count)::bigint from usage_daily"
                " union all select 'quantity', sum(quantity)::bigint from usage_daily"
                " union all select 'client_days', count(*) from client_days"
                " union all select 'core_events', sum(events)::bigint from client_days"
            ).fetchall()
        )
    return found


def by_hand(folder: Path) -> Counts:
    """The floor's own second half, in DuckDB."""
    with connect(folder) as connection:
        connection.execute("create view as_of as from given_as_of")
        return answers(
            connection,
            ACTIVES_SQL.format(user_days="given_user_days"),
            RETENTION_SQL.format(user_days="given_user_days"),
        )


def naive_join(folder: Path) -> Counts:
    """Every day joined with the days of its window, as it is commonly written."""
    with connect(folder) as connection:
        connection.execute("create table as_of as from given_as_of")
        connection.execute("create table user_days as from given_user_days")
        return answers(connection, NAIVE_ACTIVES_SQL, NAIVE_RETENTION_SQL)


def run_models(models: Path, database: Path) -> Counts:
    """Make some models again from what is in a file."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("set enable_progress_bar = false; set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{os.environ['ACTIVE_CLIENTS_MEMORY_LIMIT']}'")
        for relation, sql in json.loads(models.read_text()):
            connection.execute(f"create or replace table {relation} as {sql}")
        return project_answers(connection)


def models(folder: Path) -> Counts:
    """The project's models, as compiled: both definitions, clients too, by segment and plan."""
    return run_models(folder / "models.json", folder / DATABASE)


def models_for_users(folder: Path) -> Counts:
    """The same models, asked what the others are asked: users by one definition, as a whole."""
    return run_models(folder / "models_users.json", folder / USERS_DATABASE)


def project_answers(connection: duckdb.DuckDBPyConnection) -> Counts:
    """What the marts say to the same questions."""
    connection.execute("create or replace temp view as_of as from intermediate.as_of")
    return answers(
        connection,
        "select window_days, activity_date, active_user_count from marts.fct_active_users_daily"
        " where definition_id = 'default' and attribute = 'all' and window_days in (1, 7, 28)",
        "select year(cohort_start_date) * 12 + month(cohort_start_date), period_number,"
        " retained_count from marts.fct_usage_retention where retention_id = 'user_month'"
        " and retention_method = 'on' and attribute = 'all' and retained_count is not null",
    )


# ---- others --------------------------------------------------------------------------


def with_pandas(folder: Path) -> Counts:
    """pandas, with the gaps of each user instead of a join."""
    import pandas as pd

    days = pd.read_parquet(folder / "user_days.parquet", columns=["user_id", "activity_date"])
    as_of = pd.read_parquet(folder / "as_of.parquet")["as_of_date"].iloc[0]
    days["activity_date"] = pd.to_datetime(days["activity_date"])
    days["user_id"] = days["user_id"].astype("category").cat.codes
    days = days.sort_values(["user_id", "activity_date"])
    dates = days["activity_date"]
    same_before = days["user_id"].eq(days["user_id"].shift())
    same_after = days["user_id"].eq(days["user_id"].shift(-1))
    before = (dates - dates.shift()).dt.days.where(same_before, 10**6)
    after = (dates.shift(-1) - dates).dt.days.where(same_after, 10**6)
    span = pd.date_range(dates.min(), pd.Timestamp(as_of))
    actives = []
    for window in WINDOWS:
        entered = dates[before > window].value_counts()
        left = (dates[after > window] + pd.Timedelta(days=window)).value_counts()
        change = entered.sub(left, fill_value=0)
        counts = change.reindex(span, fill_value=0).cumsum()
        actives += [(window, day, count) for day, count in counts.items()]
    days["month"] = dates.dt.year * 12 + dates.dt.month
    months = days[["user_id", "month"]].drop_duplicates()
    cohort = months.groupby("user_id")["month"].transform("min")
    sizes = months.groupby([cohort.rename("cohort"), (months["month"] - cohort)]).size()
    return as_counts(actives, [(c, p, n) for (c, p), n in sizes.items()], as_of)


def with_polars(folder: Path) -> Counts:
    """polars, the same way, lazily."""
    import polars as pl

    as_of = pl.read_parquet(folder / "as_of.parquet")["as_of_date"][0]
    day = pl.col("activity_date")
    days = (
        pl.scan_parquet(folder / "user_days.parquet")
        .select("user_id", "activity_date")
        .sort("user_id", "activity_date")
        .with_columns(
            same_before=pl.col("user_id").eq_missing(pl.col("user_id").shift()),
            same_after=pl.col("user_id").eq_missing(pl.col("user_id").shift(-1)),
            before=(day - day.shift()).dt.total_days(),
            after=(day.shift(-1) - day).dt.total_days(),
        )
        .collect()
    )
    first: Any = days["activity_date"].min()
    span = pl.DataFrame({"activity_date": pl.date_range(first, as_of, eager=True)})
    actives = []
    for window in WINDOWS:
        entered = days.filter(~pl.col("same_before") | (pl.col("before") > window))
        left = days.filter(~pl.col("same_after") | (pl.col("after") > window))
        changes = pl.concat(
            [
                entered.select("activity_date", change=pl.lit(1)),
                left.select(day + pl.duration(days=window), change=pl.lit(-1)),
            ]
        )
        counts = span.join(
            changes.group_by("activity_date").agg(pl.col("change").sum()),
            on="activity_date",
            how="left",
            maintain_order="left",
        ).select("activity_date", pl.col("change").fill_null(0).cum_sum())
        actives += [(window, date, count) for date, count in counts.rows()]
    months = days.select(
        "user_id", month=day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32)
    ).unique()
    retention = (
        months.with_columns(cohort=pl.col("month").min().over("user_id"))
        .group_by("cohort", (pl.col("month") - pl.col("cohort")).alias("period"))
        .len()
    )
    return as_counts(actives, retention.rows(), as_of)


def with_chdb(folder: Path) -> Counts:
    """ClickHouse in this process: `retention` by month, gaps for the daily actives."""
    import chdb

    def rows(sql: str) -> list[list[Any]]:
        return list(json.loads(str(chdb.query(sql, "JSONCompact")))["data"])

    (day,) = duckdb.execute(
        f"select as_of_date from read_parquet('{folder}/as_of.parquet')"
    ).fetchall()[0]
    file = f"file('{folder}/user_days.parquet', Parquet)"
    days = f"(select user_id, assumeNotNull(activity_date) as date from {file})"
    changes = rows(
        f"""
        select window, date, sum(change) from (
            with gaps as (
                select date,
                    lagInFrame(date, 1, toDate32('1900-01-01')) over w as before,
                    leadInFrame(date, 1, toDate32('2200-01-01')) over w as after
                from {days}
                window w as (partition by user_id order by date
                    rows between unbounded preceding and unbounded following)
            )
            select arrayJoin({list(WINDOWS)}) as window, date, 1 as change from gaps
            where dateDiff('day', before, date) > window
            union all
            select arrayJoin({list(WINDOWS)}) as window, addDays(date, window) as date, -1
            from gaps where dateDiff('day', gaps.date, after) > window
        ) group by window, date order by window, date
        """
    )
    conditions = ", ".join(f"month = cohort + {i}" for i in range(32))
    triangle = rows(
        f"""
        select cohort, sumForEach(returned) from (
            select user_id, cohort, retention({conditions}) as returned from (
                select user_id, month, min(month) over (partition by user_id) as cohort
                from (select distinct user_id, toYear(date) * 12 + toMonth(date) as month
                    from {days})
            ) group by user_id, cohort
        ) group by cohort
        """
    )
    return as_counts(
        running_counts(changes, day),
        [(int(c), period, int(n)) for c, counts in triangle for period, n in enumerate(counts)],
        day,
    )


def running_counts(changes: list[list[Any]], as_of: Any) -> list[tuple[int, str, int]]:
    """Counts of every day from the changes of some."""
    from datetime import date, timedelta

    counts = []
    for window in WINDOWS:
        own = {str(d)[:10]: int(n) for w, d, n in changes if int(w) == window}
        day, count = date.fromisoformat(min(own)), 0
        while day <= as_of:
            count += own.get(day.isoformat(), 0)
            counts.append((window, day.isoformat(), count))
            day += timedelta(days=1)
    return counts


def queries(folder: Path) -> Counts:
    """Ten metrics by the month on the published file."""
    from active_clients.metrics import Question
    from active_clients.query import load_engine, open_published, write_sql

    with open_published(folder / "published.duckdb") as connection:
        engine = load_engine(connection)
        found = {}
        for name in QUERIED_METRICS:
            question = Question(metrics=(name,), group_by=("metric_time__month",))
            found[name] = len(connection.execute(write_sql(engine, question)).fetchall())
    return {"rows": found}


QUERIED_METRICS = (
    "active_clients",
    "monthly_active_users",
    "mrr",
    "arr",
    "arpa",
    "logo_churn_rate",
    "net_revenue_retention",
    "gross_revenue_retention",
    "net_promoter_score",
    "csat",
)
WAYS: dict[str, tuple[str, Callable[[Path], Counts]]] = {
    "floor": ("", floor),
    "to client-days": ("", to_client_days),
    "models": ("", models),
    "models, users": ("", models_for_users),
    "by hand": ("", by_hand),
    "naive join": ("", naive_join),
    "pandas": ("pandas", with_pandas),
    "polars": ("polars", with_polars),
    "chdb": ("chdb", with_chdb),
    "queries": ("", queries),
}


def is_installed(way: str) -> bool:
    """Whether the package that a way needs is there."""
    package = WAYS[way][0]
    return not package or importlib.util.find_spec(package) is not None


if __name__ == "__main__":
    print(json.dumps(WAYS[sys.argv[1]][1](Path(sys.argv[2]))))
