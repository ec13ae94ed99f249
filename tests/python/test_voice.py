"""NPS, feedback loop, business hours and milestones equal a reference written from the page.

The models are compiled once, in a zone that changes its clock, and run on random small tables
in one process. The reference knows docs/definitions.md and none of the SQL.
"""

from __future__ import annotations

import calendar
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import ceil, sqrt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import DbtProject

ZONE = ZoneInfo("Europe/Berlin")
Z = 1.959963984540054
NPS = ("int_months", "int_nps_responses", "int_nps_counts", "int_nps_changes", "int_nps_weighted")
LOOP = (
    "fct_survey_responses",
    "fct_feedback_themes",
    "int_feedback_loops",
    "fct_feedback_loop",
)
SUPPORT = ("int_ticket_times",)
MILESTONES = (
    "int_milestone_thresholds",
    "int_milestone_anniversaries",
    "fct_milestones",
)
COLUMNS: dict[str, str] = {
    "marts.fct_survey_responses": "response_id text, respondent_id text, survey_type text,"
    " survey_purpose text, nps_group text, segment text, paid_plan_id text, user_role text,"
    " tenure_band text, channel text, responded_date date, responded_at timestamp",
    "intermediate.int_current_client_months": "client_id text, period_month date,"
    " period_end_date date",
    "intermediate.int_clients": "client_id text, segment text, created_date date,"
    " is_internal boolean",
    "marts.dim_dates": "date_day date, week_start_date date, month_start_date date,"
    " month_end_date date",
    "intermediate.as_of": "as_of_date date",
    "intermediate.int_survey_responses": "response_id text, invitation_id text,"
    " survey_id text, client_id text, user_id text, respondent_id text, survey_type text,"
    " survey_purpose text, channel text, nps_group text, comment_text text, score integer,"
    " is_favourable boolean, is_unhappy boolean, responded_date date, responded_at timestamp",
    "marts.dim_client_versions": "client_id text, segment text, paid_plan text,"
    " valid_from date, valid_to date",
    "intermediate.int_users_classified": "user_id text, user_role text, disposition text",
    "reference.tenure_bands": "tenure_band text, from_day integer, to_day integer",
    "reference.feedback_themes": "theme text, theme_order integer, keyword text,"
    " is_whole_word boolean",
    "intermediate.int_touchpoints": "touchpoint_id text, client_id text, channel text,"
    " topic text, is_reply boolean, is_celebration boolean, occurred_date date,"
    " occurred_at timestamp",
    "intermediate.int_tickets": "ticket_id text, client_id text, opened_at timestamp,"
    " first_response_at timestamp, resolved_at timestamp",
    "intermediate.int_ticket_csat": "ticket_id text, response_id text, score integer",
    "marts.fct_client_mrr": "client_id text, seat_count decimal(18, 4),"
    " mrr_amount decimal(18, 4), valid_from date, valid_to date",
    "reference.support_hours": "weekday integer, opens_at text, closes_at text",
    "reference.support_holidays": "holiday_date date, holiday_name text",
    "reference.milestone_rules": "milestone_kind text, threshold integer",
    "reference.active_definitions": "definition_id text, window_days integer",
    "intermediate.int_client_active_spans": "definition_id text, client_id text,"
    " window_days integer, active_from date, active_to date",
    "intermediate.int_client_spend_daily": "client_id text, paid_date date,"
    " total_spend_amount decimal(18, 4)",
    "marts.fct_client_activity_daily": "definition_id text, client_id text,"
    " activity_date date, event_count bigint",
}


class Models:
    """Compiled models over tables that a test fills; their SQL is planned once."""

    def __init__(self, path: Path) -> None:
        project = DbtProject(path, {"reporting_time_zone": str(ZONE), "as_of_date": "2025-03-31",
                                    "nps_suppressed_below": 4})  # fmt: skip
        names = (*NPS, "fct_nps", *LOOP, *SUPPORT, *MILESTONES)
        project.parsed().dbt("compile", "--select", *names)
        folder = project.path / "target/compiled/active_clients/models"
        paths = {name: next(folder.rglob(f"{name}.sql")) for name in names}
        self.sql = {name: path.read_text() for name, path in paths.items()}
        self.table = {
            name: f"build.{'marts' if name.startswith('fct_') else 'intermediate'}.{name}"
            for name in names
        }
        self.planned: dict[str, str] = {}
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'; attach ':memory:' as build")
        # Planning sees empty tables, of which nothing must be concluded.
        self.connection.execute("pragma disable_optimizer")
        for schema in ("marts", "intermediate", "reference"):
            self.connection.execute(f"create schema build.{schema}")
        for name, columns in COLUMNS.items():
            self.connection.execute(f"create table build.{name} ({columns})")
        for name in names:
            self.connection.execute(
                f"create or replace table {self.table[name]} as from ({self.sql[name]}) limit 0"
            )

    def run(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Run SQL that is planned when it first comes."""
        if sql not in self.planned:
            self.planned[sql] = f"plan_{len(self.planned)}"
            self.connection.execute(f"prepare {self.planned[sql]} as {sql}")
        return self.connection.execute(f"execute {self.planned[sql]}")

    def given(self, **tables: Iterable[Mapping[str, Any]]) -> None:
        """Let tables (schema__name) hold rows; a column that a row leaves out is null."""
        for key, rows in tables.items():
            name = key.replace("__", ".", 1)
            columns = [column.split()[0] for column in COLUMNS[name].split(", ") if " " in column]
            self.connection.execute(f"delete from build.{name}")
            held = [[row.get(column) for column in columns] for row in rows]
            if held:
                marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in held)
                self.connection.execute(
                    f"insert into build.{name} ({', '.join(columns)}) values {marks}",
                    [v for row in held for v in row],
                )

    def build(self, *names: str) -> None:
        for name in names:
            self.connection.execute(f"delete from {self.table[name]}")
            self.run(f"insert into {self.table[name]} by name {self.sql[name]}")

    def rows(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """A model's rows, in order."""
        listed = ", ".join(columns)
        return self.run(f"select {listed} from ({self.sql[name]}) order by all").fetchall()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(tmp_path_factory.mktemp("voice"))


examples = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DAYS = [date(2024, 10, 1) + timedelta(days=n) for n in range(182)]
AS_OF = date(2025, 3, 31)


def days_between(first: date, last: date) -> list[dict[str, date]]:
    """Rows of dim_dates."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        {
            "date_day": day,
            "week_start_date": day - timedelta(days=day.weekday()),
            "month_start_date": day.replace(day=1),
            "month_end_date": day.replace(day=calendar.monthrange(day.year, day.month)[1]),
        }
        for day in days
    ]


def local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


# ---- NPS -----------------------------------------------------------------------------

answer = st.fixed_dictionaries(
    {
        "respondent": st.sampled_from(["u1", "u2", "u3", "u4", "u5", None]),
        "purpose": st.sampled_from(["relational", "relational", "transactional"]),
        "score": st.integers(0, 10),
        "segment": st.sampled_from(["all", "smb", "enterprise"]),
        "day": st.sampled_from(DAYS[::5]),
    }
)


def group_of(score: int) -> str:
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


def months_before(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def counted(answers: list[dict[str, Any]], unit: str, purpose: str, month: date) -> list[Any]:
    """The answers that count in a month, by the definition of the unit of count."""
    end = min(AS_OF, month.replace(day=calendar.monthrange(month.year, month.month)[1]))
    asked = [a for a in answers if a["purpose"] == purpose]
    if unit == "per_response":
        return [a for a in asked if a["day"].replace(day=1) == month]
    latest: dict[Any, dict[str, Any]] = {}
    for each in sorted(asked, key=lambda a: (a["day"], a["id"])):
        if end - timedelta(days=90) < each["day"] <= end:
            latest[each["respondent"] or each["id"]] = each
    return list(latest.values())


def score_of(answers: list[Any]) -> float | None:
    points = {"promoter": 100, "passive": 0, "detractor": -100}
    if not answers:
        return None
    return sum(points[group_of(a["score"])] for a in answers) / len(answers)


def adjusted(answers: list[Any]) -> tuple[float, float]:
    """Centre and variance of the adjusted Wald interval, as shares."""
    groups = [group_of(a["score"]) for a in answers]
    n = len(groups) + 3
    p, d = (groups.count("promoter") + 0.75) / n, (groups.count("detractor") + 0.75) / n
    return p - d, (p + d - (p - d) ** 2) / n


def nps_reference(answers: list[dict[str, Any]]) -> dict[Any, tuple[Any, ...]]:
    found = {}
    for unit, lag in (("per_response", 1), ("latest_per_respondent", 3)):
        for purpose in ("relational", "transactional"):
            for month in sorted({day.replace(day=1) for day in DAYS}):
                now = counted(answers, unit, purpose, month)
                before = counted(answers, unit, purpose, months_before(month, lag))
                for attribute in ("all", "segment") if now else ():
                    names = {a["segment"] for a in now + before}
                    for value in ["all"] if attribute == "all" else names:
                        mine, old = (
                            [a for a in each if attribute == "all" or a["segment"] == value]
                            for each in (now, before)
                        )
                        key = (unit, purpose, attribute, value, month)
                        found[key] = describe(mine, old, now, before)
    return found


def describe(mine: list[Any], old: list[Any], now: list[Any], before: list[Any]) -> tuple[Any, ...]:
    """Count, score, interval, change, its interval, rate and mix part; 4 answers suffice."""
    score, lower, upper = None, None, None
    if len(mine) >= 4:
        score = score_of(mine)
        centre, variance = adjusted(mine)
        lower = max(-100, 100 * (centre - Z * sqrt(variance)))
        upper = min(100, 100 * (centre + Z * sqrt(variance)))
    change = change_lower = change_upper = rate = mix = None
    if len(now) >= 4 and len(before) >= 4:
        new_score, old_score = score_of(mine), score_of(old)
        new_score = old_score if new_score is None else new_score
        old_score = new_score if old_score is None else old_score
        share, old_share = len(mine) / len(now), len(old) / len(before)
        middle = (score_of(now) + score_of(before)) / 2  # type: ignore[operator]
        rate = (new_score - old_score) * (share + old_share) / 2  # type: ignore[operator]
        mix = (share - old_share) * ((new_score + old_score) / 2 - middle)  # type: ignore[operator]
        if len(mine) >= 4 and len(old) >= 4:
            change = new_score - old_score  # type: ignore[operator]
            (a, v), (b, w) = adjusted(mine), adjusted(old)
            change_lower = max(-200, 100 * (a - b - Z * sqrt(v + w)))
            change_upper = min(200, 100 * (a - b + Z * sqrt(v + w)))
    return len(mine), score, lower, upper, change, change_lower, change_upper, rate, mix


def near(found: tuple[Any, ...], expected: tuple[Any, ...]) -> bool:
    """Equal to the third decimal; nulls where nulls are due."""
    return all(
        (a is None) == (b is None) and (a is None or abs(float(a) - float(b)) < 2e-3)
        for a, b in zip(found, expected, strict=True)
    )


def build_nps(models: Models, answers: list[dict[str, Any]]) -> None:
    models.given(
        marts__fct_survey_responses=[
            {
                "response_id": a["id"],
                "respondent_id": a["respondent"] or a["id"],
                "survey_type": "nps",
                "survey_purpose": a["purpose"],
                "nps_group": group_of(a["score"]),
                "segment": a["segment"],
                **dict.fromkeys(("paid_plan_id", "user_role", "tenure_band", "channel"), "x"),
                "responded_date": a["day"],
                "responded_at": datetime.combine(a["day"], time(12)),
            }
            for a in answers
        ],
        marts__dim_dates=days_between(DAYS[0], AS_OF),
        intermediate__as_of=[{"as_of_date": AS_OF}],
    )
    models.build(*NPS)


@examples
@given(st.lists(answer, max_size=40))
def test_nps_equals_the_reference(models: Models, answers: list[dict[str, Any]]) -> None:
    answers = [{**a, "id": f"r{n:02}"} for n, a in enumerate(answers)]
    build_nps(models, answers)
    found = {
        row[:5]: row[5:]
        for row in models.rows(
            "fct_nps", "unit_of_count", "survey_purpose", "attribute", "attribute_value",
            "period_month", "response_count", "nps", "nps_lower", "nps_upper", "nps_change",
            "nps_change_lower", "nps_change_upper", "rate_effect", "mix_effect",
        )
        if row[2] in {"all", "segment"}
    }  # fmt: skip
    expected = nps_reference(answers)
    assert sorted(found) == sorted(expected)
    wrong = {
        key: (found[key], expected[key]) for key in found if not near(found[key], expected[key])
    }
    assert wrong == {}


@pytest.mark.parametrize(("promoters", "detractors"), [(0.5, 0.2), (0.8, 0.05), (0.3, 0.4)])
@pytest.mark.parametrize("count", [10, 30, 200])
def test_intervals_cover_the_truth(
    models: Models, promoters: float, detractors: float, count: int
) -> None:
    """Of 1000 drawn surveys, and of the changes between two, about 95 % cover the truth."""
    generator = random.Random(f"{promoters}:{count}")
    rows = []
    months = ((date(2025, 1, 1), promoters), (date(2025, 2, 1), promoters - 0.1))
    for draw in range(1000):
        for month, share in months:
            drawn = generator.choices("pdn", (share, detractors, 1 - share - detractors), k=count)
            rows.append((str(draw), drawn.count("p"), drawn.count("d"), count, month))
    connection = models.connection
    connection.execute(
        "create or replace temp table drawn (v text, p bigint, d bigint, n bigint, m date)"
    )
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ", ".join("(?, ?, ?, ?, ?)" for _ in part)
        connection.execute(f"insert into drawn values {marks}", [v for row in part for v in row])
    # Every draw is a purpose of its own, so that each has all its responses.
    connection.execute(
        "delete from build.intermediate.int_nps_counts;"
        " insert into build.intermediate.int_nps_counts by name select 'x' as unit_of_count,"
        " v as survey_purpose, 'all' as attribute, 'all' as attribute_value, p as promoter_count,"
        " n - p - d as passive_count, d as detractor_count, n as response_count,"
        " m as period_month, (m - interval 1 month)::date as compared_month from drawn"
    )
    models.build("int_nps_changes", "int_nps_weighted")
    truth = 100 * (promoters - detractors)
    intervals = models.rows("fct_nps", "nps_lower", "nps_upper", "period_month")
    covered = [a <= truth <= b for a, b, month in intervals if month.month == 1]
    assert len(covered) == 1000
    assert 0.925 <= sum(covered) / 1000 <= 0.99
    changes = models.rows("fct_nps", "nps_change_lower", "nps_change_upper", "period_month")
    covered = [a <= -10 <= b for a, b, month in changes if month.month == 2]
    assert 0.93 <= sum(covered) / 1000 <= 0.995


# ---- feedback loop --------------------------------------------------------------------

moments = st.integers(0, 120 * 24).map(
    lambda hours: datetime(2024, 12, 1, 22, 30) + timedelta(hours=hours)
)
feedback = st.fixed_dictionaries(
    {
        "client": st.sampled_from(["c1", "c2"]),
        "user": st.sampled_from(["u1", "u2", None]),
        "type": st.sampled_from(["nps", "nps", "csat"]),
        "score": st.integers(1, 5),
        "at": moments,
        "comment": st.sampled_from([None, "Too SLOW!", "slower; no help", "help: slow"]),
    }
)
event = st.tuples(st.sampled_from(["c1", "c2"]), moments, st.booleans())


def loop_reference(
    answers: list[dict[str, Any]], touches: list[Any], tickets: list[Any]
) -> list[tuple[Any, ...]]:
    day_ends = datetime.combine(AS_OF + timedelta(days=1), time(0), tzinfo=ZONE)
    rows = []
    for a in answers:
        if not is_unhappy(a):
            continue
        limit = a["at"] + timedelta(days=30)
        replies = sorted(
            (at, name) for name, client, at, counts in touches
            if client == a["client"] and counts and a["at"] < at
        )  # fmt: skip
        reply = replies[0] if replies and replies[0][0] <= limit else None
        opened = sorted(
            (at, name) for name, client, at in tickets if client == a["client"] and a["at"] < at
        )
        later = sorted(
            (b["at"], b["id"], b["score"]) for b in answers
            if a["user"] and b["user"] == a["user"] and b["type"] == a["type"]
            and (b["at"], b["id"]) > (a["at"], a["id"])
        )  # fmt: skip
        hours = (reply[0] - a["at"]).total_seconds() / 3600 if reply else None
        words = {"".join(c for c in w if c.isalpha()) for w in (a["comment"] or "").lower().split()}
        themes = [t for t, word in (("speed", "slow"), ("support", "help")) if word in words]
        due = (a["at"] + timedelta(hours=72)).replace(tzinfo=UTC)
        rows.append({
            "id": a["id"], "client": a["client"], "at": a["at"],
            "reply": reply[1] if reply else None,
            "ticket": opened[0][1] if opened and opened[0][0] <= limit else None,
            "theme": themes[0] if themes else None,
            "hours": hours,
            "in_sla": hours is not None and hours <= 72,
            "sla": due < day_ends,
            "loop": local(a["at"]).date() + timedelta(days=30) <= AS_OF,
            "next": bool(later),
            "recovered": bool(later) and later[0][2] > a["score"],
            "open": not reply and not later,
        })  # fmt: skip
    for row in rows:
        mine = [r for r in rows if r["open"] and r["client"] == row["client"]]
        last = max(mine, key=lambda r: (r["at"], r["id"])) if mine else None
        row["stake"] = 100 if row is last and row["client"] == "c1" else 0
    keys = ("id", "reply", "ticket", "theme", "in_sla", "sla", "loop", "next", "recovered",
            "open", "stake")  # fmt: skip
    return sorted(tuple(row[key] for key in keys) for row in rows)


def is_unhappy(a: dict[str, Any]) -> bool:
    return bool(a["type"] == "nps" or a["score"] <= 2)


@examples
@given(st.lists(feedback, max_size=12), st.lists(event, max_size=10), st.lists(event, max_size=6))
def test_feedback_loop_equals_the_reference(
    models: Models, answers: list[dict[str, Any]], touches: list[Any], tickets: list[Any]
) -> None:
    answers = [{**a, "id": f"r{n:02}"} for n, a in enumerate(answers)]
    touches = [(f"t{n:02}", *row) for n, row in enumerate(touches)]
    tickets = [(f"k{n:02}", *row[:2]) for n, row in enumerate(tickets)]
    models.given(
        intermediate__int_survey_responses=[
            {
                "response_id": a["id"],
                "client_id": a["client"],
                "user_id": a["user"],
                "respondent_id": a["user"] or a["id"],
                "survey_type": a["type"],
                "survey_purpose": "relational",
                "nps_group": "detractor" if a["type"] == "nps" else None,
                "comment_text": a["comment"],
                "score": a["score"],
                "is_unhappy": is_unhappy(a),
                "is_favourable": False,
                "responded_date": local(a["at"]).date(),
                "responded_at": a["at"],
            }
            for a in answers
        ],
        intermediate__int_clients=[
            {"client_id": name, "segment": "smb", "created_date": date(2024, 1, 1)}
            for name in ("c1", "c2")
        ],
        intermediate__int_touchpoints=[
            {"touchpoint_id": name, "client_id": client, "is_reply": counts, "occurred_at": at}
            for name, client, at, counts in touches
        ],
        intermediate__int_tickets=[
            {"ticket_id": name, "client_id": client, "opened_at": at}
            for name, client, at in tickets
        ],
        reference__feedback_themes=[
            {"theme": theme, "theme_order": n, "keyword": word, "is_whole_word": True}
            for n, (theme, word) in enumerate((("speed", "slow"), ("support", "Help")))
        ],
        marts__fct_client_mrr=[
            {"client_id": "c1", "mrr_amount": 100, "valid_from": date(2024, 1, 1)}
        ],
        intermediate__as_of=[{"as_of_date": AS_OF}],
    )
    models.build(*LOOP[:-1])
    found = models.rows(
        "fct_feedback_loop", "response_id", "touchpoint_id", "ticket_id", "main_theme", "is_in_sla",
        "is_sla_elapsed", "is_loop_elapsed", "has_next_response", "is_recovered", "is_open",
        "mrr_at_stake_amount",
    )  # fmt: skip
    assert found == loop_reference(answers, touches, tickets)


# ---- business hours -------------------------------------------------------------------

DST_DAYS = (date(2024, 10, 22), date(2025, 3, 26))
# Two o'clock comes twice on one of these days: what opens then, opens at either.
OPENING_HOURS = st.sampled_from([hour for hour in range(12) if hour != 2])


def open_minutes(first: datetime, last: datetime, hours: Mapping[int, tuple[int, int]]) -> int:
    """Minutes between two instants on whose wall clock support is open, one by one."""
    count, moment = 0, first
    while moment < last:
        clock = local(moment)
        opens, closes = hours.get(clock.isoweekday(), (0, 0))
        is_holiday = clock.date() == date(2024, 10, 25)
        count += not is_holiday and opens <= clock.hour * 60 + clock.minute < closes
        moment += timedelta(minutes=15)
    return count * 15


@examples
@given(
    st.sampled_from(DST_DAYS),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 400)), min_size=1, max_size=3),
    st.dictionaries(
        st.integers(1, 7),
        st.tuples(OPENING_HOURS, st.integers(12, 24)).map(lambda x: (60 * x[0], 60 * x[1])),
    ),
)
def test_business_hours_follow_the_wall_clock(
    models: Models,
    first: date,
    spans: list[tuple[int, int]],
    hours: dict[int, tuple[int, int]],
) -> None:
    """Days around both changes of the clock, opening hours of any length, a holiday."""
    begin = datetime.combine(first, time(0))
    tickets = [
        (begin + timedelta(minutes=15 * a), begin + timedelta(minutes=15 * (a + b)))
        for a, b in spans
    ]
    models.given(
        marts__dim_dates=days_between(first - timedelta(days=2), first + timedelta(days=14)),
        reference__support_hours=[
            {
                "weekday": weekday,
                "opens_at": f"{opens // 60:02}:00",
                "closes_at": f"{closes // 60:02}:00",
            }
            for weekday, (opens, closes) in hours.items()
        ],
        reference__support_holidays=[{"holiday_date": date(2024, 10, 25)}],
        intermediate__int_tickets=[
            {"ticket_id": f"k{n}", "opened_at": a, "first_response_at": b}
            for n, (a, b) in enumerate(tickets)
        ],
        intermediate__as_of=[{"as_of_date": first + timedelta(days=14)}],
    )
    found = models.rows("int_ticket_times", "ticket_id", "first_response_business_seconds")
    assert found == [(f"k{n}", 60 * open_minutes(a, b, hours)) for n, (a, b) in enumerate(tickets)]


# ---- milestones -----------------------------------------------------------------------

RULES = [
    ("anniversary", 1), ("anniversary", 2), ("tenure_months", 1), ("tenure_months", 6),
    ("first_value", 1), ("uses", 5), ("uses", 12), ("seats", 3), ("spend", 50),
]  # fmt: skip
MILESTONE_AS_OF = date(2025, 2, 28)
client_life = st.fixed_dictionaries(
    {
        "created": st.one_of(
            st.sampled_from([date(2024, 2, 29), date(2024, 1, 31), date(2023, 3, 30)]),
            st.dates(date(2022, 12, 1), date(2025, 2, 27)),
        ),
        "paid_days": st.one_of(st.none(), st.integers(1, 800)),
        "seats": st.integers(1, 4),
        "mrr": st.sampled_from([10, 31]),
        "uses": st.dictionaries(st.integers(0, 80), st.integers(1, 4), max_size=5),
        "spend": st.dictionaries(st.integers(0, 80), st.integers(5, 40), max_size=3),
        "greetings": st.lists(st.integers(0, 400), max_size=4),
    }
)


def anniversary(start: date, months: int) -> date:
    """The day with the number of the first, or the last of a month that has none."""
    number = start.year * 12 + start.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def milestone_reference(name: str, life: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    today = MILESTONE_AS_OF
    ends = None if life["paid_days"] is None else life["created"] + timedelta(life["paid_days"])
    uses = {life["created"] + timedelta(d): n for d, n in life["uses"].items()}
    spend = {life["created"] + timedelta(d): n for d, n in life["spend"].items()}
    recent = sum(n for day, n in uses.items() if today - timedelta(27) <= day <= today)
    paces = {"uses": Decimal(recent) / 28, "spend": Decimal(0)}
    if ends is None or ends > today:
        paces["spend"] = Decimal(life["mrr"]) * 12 / 365
    paces = {kind: round(pace, 4) for kind, pace in paces.items()}
    for kind, threshold in RULES:
        reached, is_estimated = None, False
        if kind in {"anniversary", "tenure_months"}:
            months = threshold * (12 if kind == "anniversary" else 1)
            day = anniversary(life["created"], months)
            judged = min(day, today)
            if day <= today + timedelta(30) and (ends is None or judged < ends):
                reached = day
        elif kind == "seats":
            reached = life["created"] if life["seats"] >= threshold else None
        else:
            total, held = 0, spend if kind == "spend" else uses
            for day in sorted(held):
                if day <= today and reached is None:
                    total += held[day]
                    reached = day if total >= threshold else None
            pace = paces.get(kind)
            has_begun = any(day <= today for day in held)
            if reached is None and pace and has_begun and threshold - total <= 30 * pace:
                reached, is_estimated = today + timedelta(ceil((threshold - total) / pace)), True
        if reached is not None:
            days = [life["created"] + timedelta(d) for d in life["greetings"]]
            window = [d for d in days if d <= today and reached <= d <= reached + timedelta(14)]
            status = "reached" if reached <= today else "upcoming"
            celebrated = min(window, default=None)
            yield name, kind, threshold, reached, status, is_estimated, celebrated


@examples
@given(st.lists(client_life, min_size=1, max_size=3))
def test_milestones_equal_the_reference(models: Models, lives: list[dict[str, Any]]) -> None:
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    today = MILESTONE_AS_OF
    for number, life in enumerate(lives):
        name, start = f"c{number}", life["created"]
        tables["intermediate__int_clients"].append(
            {"client_id": name, "created_date": start, "is_internal": False}
        )
        ends = None if life["paid_days"] is None else start + timedelta(life["paid_days"])
        ends = ends if ends is not None and ends <= today else None
        step = {"client_id": name, "seat_count": life["seats"], "mrr_amount": life["mrr"]}
        tables["marts__fct_client_mrr"].append({**step, "valid_from": start, "valid_to": ends})
        if ends:
            left = {"client_id": name, "seat_count": 0, "mrr_amount": 0, "valid_from": ends}
            tables["marts__fct_client_mrr"].append(left)
        for offset, count in life["uses"].items():
            tables["marts__fct_client_activity_daily"].append(
                {
                    "definition_id": "default",
                    "client_id": name,
                    "activity_date": start + timedelta(offset),
                    "event_count": count,
                }
            )
        total = 0
        for offset in sorted(life["spend"]):
            total += life["spend"][offset]
            tables["intermediate__int_client_spend_daily"].append(
                {
                    "client_id": name,
                    "paid_date": start + timedelta(offset),
                    "total_spend_amount": total,
                }
            )
        for place, offset in enumerate(life["greetings"]):
            day = start + timedelta(offset)
            tables["intermediate__int_touchpoints"].append(
                {
                    "touchpoint_id": f"t{number}-{place}",
                    "client_id": name,
                    "is_celebration": True,
                    "occurred_date": day,
                    "occurred_at": datetime.combine(day, time(12)),
                }
            )
    # Facts hold nothing later than as_of_date.
    dated = {"marts__fct_client_activity_daily": "activity_date",
             "intermediate__int_client_spend_daily": "paid_date",
             "intermediate__int_touchpoints": "occurred_date"}  # fmt: skip
    for table, column in dated.items():
        tables[table] = [row for row in tables[table] if row[column] <= today]
    models.given(
        reference__milestone_rules=[
            {"milestone_kind": kind, "threshold": threshold} for kind, threshold in RULES
        ],
        intermediate__as_of=[{"as_of_date": today}],
        **tables,
    )
    models.build(*MILESTONES[:-1])
    found = models.rows(
        "fct_milestones", "client_id", "milestone_kind", "threshold", "milestone_date",
        "milestone_status", "is_estimated", "celebrated_date",
    )  # fmt: skip
    expected = [
        row for number, life in enumerate(lives) for row in milestone_reference(f"c{number}", life)
    ]
    assert found == sorted(expected, key=lambda row: (row[:5], row[5], row[6] or date.max))
