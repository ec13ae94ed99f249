"""Retention, lifecycle and stickiness of somebody else's test cases, computed by the models.

The cases are not part of the project. They are looked for in the folder that
ACTIVE_CLIENTS_SHARED_DATA names, or in ../shared/data. Each is a handful of events, a query and
its answer. Here a case becomes what a user would make of it: rows of the raw tables and of the
seeds of definitions. What the input contract has no column for is mapped:

- ids and event names carry the case's name, so that all cases share one set of tables;
- a person is a user, its aliases are users merged into it, an account is a client, and persons
  without an account share a client of their case;
- an event that a property filter leaves out gets a name that is no core action;
- test accounts, where the case leaves them out, are internal users or clients;
- a breakdown by a property is the segment of the client;
- of the two cases by hour, each hour is mapped to a day: the project has no grain below it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from compiled_project import CompiledProject, Row, Warehouse
from test_real_data import folder_of

MODELS = ("fct_usage_retention", "fct_lifecycle_counts", "fct_active_days_distribution")
DATES = {"calendar_start_date": "2019-01-01", "calendar_end_date": "2023-01-01"}
# After all events, so that every cell is mature and every period over.
AS_OF_DATE = date(2021, 12, 31)
CREATED_AT = "2019-01-01"
LOADED_AT = "2022-01-01 06:00:00"
# A time zone and a first day of the week.
Calendar = tuple[str, str]

# Where we answer otherwise, on purpose: why, and the part of the answer that is ours.
DIFFERENCES: dict[str, tuple[str, Row]] = {
    "old_lifecycle_lifecycle_edge_cases_0": (
        "new is the first active period here; there, the period in which the person was created,"
        " which was the day before",
        {"new": [0, 1, 0, 0, 0, 0, 0, 0], "resurrecting": [0, 0, 0, 0, 1, 0, 0, 0]},
    ),
    "old_retention_month_interval_0": (
        "a month is labelled by its first day here; there, by the day of the month of the query."
        " The numbers agree",
        {"dates": [f"2020-{month:02}-01T00" for month in range(1, 12)]},
    ),
    "old_retention_timezones_1": (
        "days are cut in the case's time zone here; there, a bug since mended moved them by one",
        {
            "values": [
                [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 0, 0, 0],
                [1, 1, 0, 0, 0, 0],
                [1, 0, 0, 0, 0],
                [0, 0, 0, 0],
                [0, 0, 0],
                [0, 0],
                [0],
            ]
        },
    ),
    "old_stickiness_compare_0": (
        "the window before ends on the day before here; there, a bug since mended let it end on"
        " the first day of the window itself",
        {"data_previous": [0, 0, 0, 0, 0, 0, 0, 0]},
    ),
}
# Where we agree, though an independent reference did not confirm the answer.
UNCONFIRMED = {
    "old_clickhouse_retention_can_specify_breakdown_event_property_0": (
        "it did not know breakdowns by a property of the event; here, it is the client's segment"
    ),
}


# ---- a case --------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A query on a few events, and its answer."""

    name: str
    insight: str
    persons: list[Row]
    groups: list[Row]
    events: list[Row]
    query: Row
    expected: Row
    is_confirmed: bool

    @property
    def filter(self) -> Row:
        return dict(self.query["raw"]["filter"])

    @property
    def calendar(self) -> Calendar:
        return self.query["raw"]["timezone"], self.query["week_start"]

    @property
    def interval(self) -> str:
        return str(self.filter.get("period") or self.filter.get("interval") or "day").lower()

    @property
    def grain(self) -> str:
        return "day" if self.interval == "hour" else self.interval

    @property
    def account_type(self) -> int | None:
        """Which kind of account is counted; none where persons are."""
        (series,) = self.filter.get("events") or [{}]
        index = self.filter.get("aggregation_group_type_index")
        return series.get("math_group_type_index") if index is None else index

    @property
    def entity_type(self) -> str:
        return "user" if self.account_type is None else "client"

    @property
    def merges_aliases(self) -> bool:
        """Two cases count aliases one by one, a setting that their query does not carry."""
        return "aggregate_by_distinct_id" not in self.name

    @property
    def breakdown(self) -> str | None:
        return next((b["property"] for b in self.filter.get("breakdowns") or []), None)

    # -- names ---------------------------------------------------------------------

    def named(self, name: Any) -> str:
        return f"{self.name}:{name}"

    def person_of(self, alias: str) -> Row:
        return next(person for person in self.persons if alias in person["distinct_ids"])

    def account_of(self, event: Row) -> str | None:
        return event["properties"].get(f"$group_{self.account_type or 0}")

    def segment_of(self, alias: str) -> str | None:
        """The value of the breakdown in the first event of a person that has one."""
        return next(
            (
                event["properties"][self.breakdown]
                for event in self.events
                if event["distinct_id"] == alias and self.breakdown in event["properties"]
            ),
            None,
        )

    def client_of(self, event: Row) -> str:
        """The client of an event; none where an account is wanted and there is none."""
        account = self.account_of(event) or self.segment_of(event["distinct_id"])
        if account is None and self.entity_type == "client":
            return ""
        return self.named(account or "client")

    # -- time ----------------------------------------------------------------------

    def moment(self, text: str) -> datetime:
        """A time in UTC, an hour being mapped to a day where the case is by hour."""
        time = datetime.fromisoformat(text)
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        if self.interval != "hour":
            return time
        midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + 24 * (time - midnight)

    @property
    def last_date(self) -> date:
        """The date in the last period asked for."""
        last = self.filter.get("date_to") or self.query["raw"]["now"]
        return self.moment(last).date() if last else AS_OF_DATE

    @property
    def first_date(self) -> date:
        """The date in the first period asked for; the first event where all time is."""
        first = self.filter.get("date_from", "all")
        times = [event["timestamp"] for event in self.events] if first == "all" else [first]
        return min(map(self.moment, times)).date()

    # -- filters -------------------------------------------------------------------

    def group_of(self, event: Row, group_type: int) -> Row:
        key = event["properties"].get(f"$group_{group_type}")
        return next(
            (
                group["properties"]
                for group in self.groups
                if (group["group_type_index"], group["group_key"]) == (group_type, key)
            ),
            {},
        )

    def meets(self, condition: Row, event: Row) -> bool:
        properties = {
            "event": lambda: event["properties"],
            "person": lambda: self.person_of(event["distinct_id"])["properties"],
            "group": lambda: self.group_of(event, condition["group_type_index"]),
        }[condition.get("type", "event")]()
        value = properties.get(condition["key"])
        match condition.get("operator", "exact"):
            case "exact":
                return bool(value == condition["value"])
            case "is_set":
                return value is not None
            case "not_icontains":
                return condition["value"] not in str(value).lower()
        raise AssertionError(condition)

    def passes(self, event: Row) -> bool:
        conditions = list(self.filter.get("properties") or [])
        for series in self.filter.get("events") or []:
            conditions += series.get("properties") or []
        return all(self.meets(condition, event) for condition in conditions)

    def is_internal(self, event: Row, kind: str) -> bool:
        """Whether the person or account of an event is a test account that is left out."""
        return str(self.filter.get("filter_test_accounts")).lower() == "true" and not all(
            self.meets(condition, event)
            for condition in self.query["test_account_filters"]
            if condition["type"] == kind
        )

    # -- rows ----------------------------------------------------------------------

    def event_name(self, entity: Row | None) -> str | None:
        """The event that an entity of the query stands for."""
        if entity is None:
            return None
        if entity.get("type") == "actions":
            (step,) = self.query["actions"][str(entity["id"])]["steps"]
            return self.named(step["event"])
        return self.named(entity["id"])

    def raw_rows(self) -> dict[str, list[Row]]:
        """Rows of the raw tables; that of a client or user comes with each of its events."""
        return {
            "clients": [self.client_row(event) for event in self.events if self.client_of(event)],
            "users": [
                row
                for event in self.events
                if self.client_of(event)
                for row in self.user_rows(event)
            ],
            "usage_events": [self.event_row(*event) for event in enumerate(self.events)],
        }

    def client_row(self, event: Row) -> Row:
        return {
            "client_id": self.client_of(event),
            "segment": self.segment_of(event["distinct_id"]),
            "is_internal": self.is_internal(event, "group"),
            "created_at": CREATED_AT,
            "loaded_at": LOADED_AT,
        }

    def user_rows(self, event: Row) -> list[Row]:
        """A person, and the alias that the event was delivered under."""
        user = {
            "client_id": self.client_of(event),
            "is_internal": self.is_internal(event, "person"),
            "created_at": CREATED_AT,
            "loaded_at": LOADED_AT,
        }
        alias = event["distinct_id"]
        person = self.person_of(alias)["distinct_ids"][0] if self.merges_aliases else alias
        merges = {person: None, alias: self.named(person) if alias != person else None}
        return [
            {"user_id": self.named(name), "merged_into_user_id": merged_into, **user}
            for name, merged_into in merges.items()
        ]

    def event_row(self, number: int, event: Row) -> Row:
        name = self.named(event["event"])
        return {
            "event_id": self.named(number),
            "client_id": self.client_of(event),
            "user_id": self.named(event["distinct_id"]),
            "event_name": name if self.passes(event) else f"{name} (filtered out)",
            "occurred_at": f"{self.moment(event['timestamp']):%Y-%m-%d %H:%M:%S}",
            "loaded_at": LOADED_AT,
        }

    def seed_rows(self) -> dict[str, list[Row]]:
        """The case's definitions. A start or return that it names need be no core action."""
        definition = {
            "definition_id": self.name,
            "definition_name": self.name,
            "min_users": 1,
            "min_events": 1,
            "min_days": 1,
            "window_days": 28,
        }
        return {
            "active_definitions": [definition],
            "core_actions": [self.core_action()] if self.start is None else [],
            "retention_definitions": [self.analysis()] if self.insight == "retention" else [],
        }

    @property
    def start(self) -> Row | None:
        return self.filter.get("target_entity")

    def core_action(self) -> Row:
        series = list(self.filter.get("events") or [])
        series += [{**entity, "type": "actions"} for entity in self.filter.get("actions", [])]
        (core,) = series or [{"id": "$pageview"}]
        return {"definition_id": self.name, "event_name": self.event_name(core), "is_core": True}

    def analysis(self) -> Row:
        is_first = self.filter.get("retention_type") == "retention_first_time"
        comes_back = self.filter.get("returning_entity", self.start)
        return {
            "retention_id": self.name,
            "retention_name": self.name,
            "definition_id": self.name,
            "entity_type": self.entity_type,
            "period_grain": self.grain,
            "start_type": "first_ever" if is_first else "recurring",
            "start_event_name": self.event_name(self.start),
            "return_event_name": self.event_name(comes_back),
            "period_count": self.cohort_count - 1,
            "is_by_attribute": self.breakdown is not None,
        }

    @property
    def cohort_count(self) -> int:
        given = {**self.query["raw"]["kwargs"], **self.filter}
        return int(given.get("total_intervals", 11))


def read_cases(folder: Path) -> list[Case]:
    return [
        Case(
            name=case["case_id"],
            insight=case["insight"],
            persons=case["persons"],
            groups=case["groups"],
            events=case["events"],
            query=case["query"],
            expected={key: in_order(key, value) for key, value in case["expected"].items()},
            is_confirmed=case["verified_by_reference"],
        )
        for case in json.loads((folder / "cases.json").read_text())["cases"]
    ]


def in_order(key: str, value: Any) -> Any:
    """An expected answer, sorted where the order of actors in it means nothing."""
    if key == "appearances_sorted_desc":
        return sorted(value.values())
    if key == "people_by_cohort_and_period":
        return {
            cohort: {period: sorted(names) for period, names in by_period.items()}
            for cohort, by_period in value.items()
        }
    return value


# ---- the models ----------------------------------------------------------------------


def tables_of(cases: Sequence[Case]) -> dict[str, list[Row]]:
    """Raw tables and seeds of all cases, with one row per key: of several, the first."""
    tables: dict[str, dict[Any, Row]] = {}
    for case in cases:
        for name, rows in {**case.raw_rows(), **case.seed_rows()}.items():
            for row in rows:
                key, *_ = row.values()
                tables.setdefault(name, {}).setdefault(key, row)
    return {name: list(rows.values()) for name, rows in tables.items()}


def build(compiled: CompiledProject, cases: Sequence[Case], calendar: Calendar) -> Warehouse:
    """The models with all cases in them, for a time zone and a first day of the week."""
    zone, week_start = calendar
    variables = {"reporting_time_zone": zone, "week_start_day": week_start}
    nodes = compiled.compile(*(f"+{name}" for name in MODELS), **variables)
    warehouse = Warehouse(compiled, nodes=nodes)
    for name, rows in tables_of(cases).items():
        warehouse.insert(name, rows)
    warehouse.insert("as_of", [{"as_of_date": AS_OF_DATE}])
    seeds = {name for name, node in nodes.items() if node.resource_type == "seed"}
    warehouse.build(compiled.order(MODELS, {"as_of", *seeds}))
    return warehouse


# ---- the answers ---------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """What the marts say of a case, in the words of the case."""

    warehouse: Warehouse
    case: Case

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        known = {"case": self.case.name, "entity_type": self.case.entity_type, **parameters}
        used = {name: value for name, value in known.items() if f"${name}" in sql}
        return self.warehouse.connection.execute(sql, used).fetchall()

    def found(self) -> Row:
        """Each part of the expected answer, as the marts have it."""
        return {key: getattr(self, f"find_{key}")() for key in self.case.expected}

    def periods(self, first: date, last: date) -> list[date]:
        """The first days of the periods from one date to another, as the project cuts them."""
        return [
            start
            for (start,) in self.rows(
                "select distinct period_start_date from intermediate.int_date_periods"
                " where period_grain = $grain and date_day between $first and $last order by 1",
                grain=self.case.grain,
                first=first,
                last=last,
            )
        ]

    @property
    def window(self) -> list[date]:
        return self.periods(self.case.first_date, self.case.last_date)

    # -- retention -----------------------------------------------------------------

    @property
    def cohorts(self) -> list[date]:
        return self.periods(date.min, self.case.last_date)[-self.case.cohort_count :]

    @cached_property
    def cells(self) -> dict[tuple[str, date, int], int]:
        """Retained by value of the breakdown, cohort and period."""
        rows = self.rows(
            "select attribute_value, cohort_start_date, period_number, retained_count"
            " from marts.fct_usage_retention where retention_id = $case"
            " and retention_method = 'on' and is_mature and attribute = $attribute",
            attribute="segment" if self.case.breakdown else "all",
        )
        return {tuple(key): count for *key, count in rows}

    @cached_property
    def actors(self) -> dict[tuple[str, date, int], list[str]]:
        """Who they are; a cohort's actors are there in its period 0."""
        rows = self.rows(
            "select members.attribute_value, periods.period_start_date,"
            "  coalesce(returns.period_number, 0), members.entity_id"
            " from intermediate.int_retention_members as members"
            " inner join (select distinct period_index, period_start_date"
            "  from intermediate.int_date_periods where period_grain = $grain) as periods"
            "  on members.cohort_index = periods.period_index"
            " left join (select retention_id, entity_id, cohort_index, period_number"
            "  from intermediate.int_retention_returns"
            "  union all select distinct retention_id, entity_id, cohort_index, 0"
            "  from intermediate.int_retention_starts) as returns"
            "  using (retention_id, entity_id, cohort_index)"
            " where members.retention_id = $case and members.attribute = $attribute",
            attribute="segment" if self.case.breakdown else "all",
            grain=self.case.grain,
        )
        found: dict[tuple[str, date, int], list[str]] = {}
        for *key, actor in rows:
            found.setdefault(tuple(key), []).append(actor.removeprefix(f"{self.case.name}:"))
        sizes = {key: len(names) for key, names in found.items()}
        assert {key: sizes.get(key, 0) for key in self.cells} == self.cells
        return found

    def find_values(self) -> list[list[int]]:
        return [
            [
                self.cells.get(("all", cohort, period), 0)
                for period in range(len(self.cohorts) - number)
            ]
            for number, cohort in enumerate(self.cohorts)
        ]

    def find_dates(self) -> list[str]:
        if self.case.interval != "hour":
            return [f"{cohort}T00" for cohort in self.cohorts]
        midnight = datetime.fromisoformat(self.case.events[0]["timestamp"]).date()
        return [f"{midnight}T{(cohort - midnight).days:02}" for cohort in self.cohorts]

    def find_appearances_sorted_desc(self) -> list[list[int]]:
        """Of each actor of a cohort, in which periods they were there."""
        number = self.case.filter["selected_interval"]
        cohort = self.cohorts[number]
        periods = range(len(self.cohorts) - number)
        return sorted(
            [int(actor in self.actors.get(("all", cohort, period), [])) for period in periods]
            for actor in self.actors.get(("all", cohort, 0), [])
        )

    def find_people_by_cohort_and_period(self) -> Row:
        """Their names; there, periods count from 1, and a breakdown takes the cohort's place."""
        expected = self.case.expected["people_by_cohort_and_period"]
        found: Row = {}
        for label, by_period in expected.items():
            value, cohorts = label.lower(), self.cohorts
            if not self.case.breakdown:
                value, cohorts = "all", [self.cohorts[int(label.split()[1])]]
            found[label] = {
                period: sorted(
                    actor
                    for cohort in cohorts
                    for actor in self.actors.get((value, cohort, int(period) - 1), [])
                )
                for period in by_period
            }
        return found

    # -- lifecycle -----------------------------------------------------------------

    def statuses(self, status: str) -> list[int]:
        counts = dict(
            self.rows(
                f"select period_start_date, {status}_count from marts.fct_lifecycle_counts"
                " where definition_id = $case and entity_type = $entity_type"
                " and period_grain = $grain",
                grain=self.case.grain,
            )
        )
        return [counts.get(start, 0) for start in self.window]

    def find_new(self) -> list[int]:
        return self.statuses("new")

    def find_returning(self) -> list[int]:
        return self.statuses("retained")

    def find_resurrecting(self) -> list[int]:
        return self.statuses("resurrected")

    def find_dormant(self) -> list[int]:
        """There, those who went are negative numbers."""
        return [-count for count in self.statuses("dormant")]

    # -- stickiness ----------------------------------------------------------------

    def active_periods(self, starts: list[date]) -> Counter[int]:
        """How many actors were active in how many of the periods."""
        rows = self.rows(
            "select count(*) from marts.fct_lifecycle where definition_id = $case"
            " and entity_type = $entity_type and period_grain = $grain"
            " and lifecycle_status <> 'dormant' and list_contains($starts, period_start_date)"
            " group by entity_id",
            grain=self.case.grain,
            starts=starts,
        )
        return Counter(count for (count,) in rows)

    def find_count(self) -> int:
        return self.active_periods(self.window).total()

    def find_data(self) -> list[int]:
        counts = self.active_periods(self.window)
        return [counts[number + 1] for number in range(len(self.window))]

    def find_data_previous(self) -> list[int]:
        before = self.case.first_date - timedelta(days=1)
        starts = self.periods(date.min, before)[-len(self.window) :]
        counts = self.active_periods(starts)
        return [counts[number + 1] for number in range(len(starts))]

    def find_data_by_n_periods(self) -> dict[str, int]:
        counts = self.active_periods(self.window)
        return {n: counts[int(n)] for n in self.case.expected["data_by_n_periods"]}

    def active_days(self) -> Counter[int]:
        """The same from the mart of active days, built with as_of_date at the window's end."""
        mart = "fct_active_days_distribution"
        with self.warehouse.transaction():
            for name in ("as_of", mart):
                self.warehouse.empty(name)
            self.warehouse.insert("as_of", [{"as_of_date": self.window[-1]}])
            self.warehouse.build([mart])
            rows = self.rows(
                f"select active_day_count, entity_count from marts.{mart}"
                " where definition_id = $case and entity_type = $entity_type"
                " and window_days = 28 and snapshot_date = $last",
                last=self.window[-1],
            )
        return Counter(dict(rows))


@dataclass(frozen=True)
class Run:
    """All cases, and what the marts say of them."""

    cases: list[Case]
    found: dict[str, Row]
    # Of the stickiness cases by day: from the mart of active days, and from that of lifecycles.
    active_days: dict[str, tuple[Counter[int], Counter[int]]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    cases = read_cases(folder_of("retention_cases"))
    compiled = CompiledProject(tmp_path_factory.mktemp("cases"), MODELS, **DATES)
    run = Run(cases, {}, {})
    for calendar in sorted({case.calendar for case in cases}):
        warehouse = build(compiled, cases, calendar)
        for case in (case for case in cases if case.calendar == calendar):
            answers = Answers(warehouse, case)
            run.found[case.name] = answers.found()
            if (case.insight, case.grain) == ("stickiness", "day"):
                run.active_days[case.name] = (
                    answers.active_days(),
                    answers.active_periods(answers.window),
                )
    return run


# ---- the tests -----------------------------------------------------------------------


def test_all_cases_are_run(run: Run) -> None:
    assert Counter(case.insight for case in run.cases) == {
        "retention": 29,
        "lifecycle": 12,
        "stickiness": 14,
    }
    assert run.found.keys() == {case.name for case in run.cases}


def test_the_models_answer_every_case(run: Run) -> None:
    """As expected, but for the parts listed above, which are as said there."""
    ours = {name: answer for name, (_, answer) in DIFFERENCES.items()}
    expected = {case.name: {**case.expected, **ours.get(case.name, {})} for case in run.cases}
    assert run.found == expected


def test_the_differences_are_all_there_are(run: Run) -> None:
    """What is listed does differ: an entry that is no longer needed is an error."""
    differing = {
        case.name: {
            key: value for key, value in run.found[case.name].items() if value != case.expected[key]
        }
        for case in run.cases
    }
    assert {name: answer for name, answer in differing.items() if answer} == {
        name: answer for name, (_, answer) in DIFFERENCES.items()
    }


def test_cases_that_no_reference_confirmed_are_named(run: Run) -> None:
    unconfirmed = {case.name for case in run.cases if not case.is_confirmed}
    assert unconfirmed - DIFFERENCES.keys() == UNCONFIRMED.keys()


def test_active_days_are_active_periods_by_day(run: Run) -> None:
    """No case by day has an event in the 28 days that is before its window."""
    assert len(run.active_days) == 10
    for name, (active_days, active_periods) in run.active_days.items():
        assert active_days == active_periods, name
        assert active_days, name
