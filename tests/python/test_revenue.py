"""Recurring revenue by the SQL that dbt runs, on random histories, is that of plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import revenue_reference as reference
from conftest import SOURCES, DbtProject
from revenue_reference import DAY, Version, World

AS_OF = date(2025, 2, 10)
FIRST = datetime(2024, 1, 1)
NEVER = date(9999, 1, 1)
PLANS = {"starter": 1, "growth": 2, "scale": 3}
RATES = {
    "USD": [(date(1900, 1, 1), Decimal(1))],
    "EUR": [
        (date(2023, 1, 1), Decimal("1.1")),
        (date(2024, 5, 1), Decimal("1.25")),
        (date(2024, 11, 6), Decimal("1.07")),
    ],
    # Its first rate comes late: before, nothing can be compared in it.
    "GBP": [(date(2024, 6, 10), Decimal("1.3"))],
}
MODELS = [
    "int_subscription_versions",
    "int_client_mrr_levels",
    "int_client_currency_mrr",
    "fct_client_mrr",
    "int_client_plan_levels",
    "int_mrr_changes",
    "fct_mrr_movements",
    "int_retained_mrr",
    "int_revenue_retention_cells",
    "int_months",
    "fct_revenue_retention",
    "int_subscription_runs",
    "int_term_amounts",
    "int_term_ends",
    "fct_renewals",
    "int_churn_causes",
    "fct_client_churns",
]
RESTATEMENTS = [
    "int_subscription_versions",
    "int_months",
    "int_month_locks",
    "int_clients_known",
    "int_subscriptions_known",
    "int_locked_subscription_mrr",
    "int_restated_subscriptions",
    "fct_reported_mrr",
    "fct_restatements",
]
INPUTS = """
    create table marts.dim_client_versions (
        client_id text, segment text, industry text, country text, acquisition_channel text,
        owner_id text, entitled_plan text, paid_plan text, mrr_band text, valid_from date,
        valid_to date
    );
    create table intermediate.as_of as select date '{as_of}' as as_of_date;
    create table marts.dim_dates as
        select
            day::date as date_day,
            date_trunc('month', day)::date as month_start_date,
            last_day(day)::date as month_end_date
        from range(date '2024-01-01', date '2026-03-01', interval 1 day) as days (day);
    create table reference.billing_intervals as
        from (values ('day', 365), ('week', 52), ('month', 12), ('quarter', 4), ('half_year', 2),
            ('year', 1)) as t (billing_interval, intervals_per_year);
    create table reference.published_mrr
        (client_id text, period_month date, mrr_amount decimal(18, 4));
    create table intermediate.int_plans_classified
        (plan_id text, plan_rank integer, disposition text);
    create table intermediate.int_exchange_rate_spans
        (currency_code text, rate decimal(18, 8), valid_from date, valid_to date);
    create table intermediate.int_exchange_rates_classified
        (currency_code text, rate decimal(18, 8), rate_date date, loaded_at timestamp,
        raw_row text, disposition text);
    create table intermediate.int_client_identities
        (client_id text, canonical_client_id text, exclusion_reason text);
    create table intermediate.int_clients_classified
        (client_id text, merged_into_client_id text, is_internal boolean, loaded_at timestamp,
        raw_row text, disposition text, created_at timestamp);
    create table intermediate.int_invoices_classified
        (client_id text, issued_at timestamp, disposition text);
    create table intermediate.int_usage_events
        (client_id text, activity_date date, disposition text);
    create table intermediate.int_table_loads
        (table_name text, known_from date, history_until_date date);
    create table intermediate.int_subscriptions_classified (
        subscription_id text, version integer, client_id text, plan_id text,
        subscription_status text, currency_code text, billing_interval text,
        billing_interval_count integer, quantity decimal(18, 4), unit_price_amount decimal(18, 4),
        discount_rate decimal(18, 4), discount_duration text, started_at timestamp,
        ended_at timestamp, trial_ends_at timestamp, loaded_at timestamp, raw_row text,
        disposition text, cancel_reason text, is_voluntary_cancel boolean, canceled_at timestamp,
        canonical_client_id text, exclusion_reason text
    );
"""
Rows = list[tuple[Any, ...]]


class Warehouse:
    """The compiled models, run one after the other on what a history needs."""

    def __init__(self, project: DbtProject, names: Sequence[str]) -> None:
        project.parsed().dbt("compile", "--select", *names)
        folder = project.path / "target/compiled/active_clients/models"
        self.sql = {name: next(folder.rglob(f"{name}.sql")).read_text() for name in names}
        self.schemas = {
            name: "marts" if name.startswith("fct_") else "intermediate" for name in names
        }
        self.connection = duckdb.connect(":memory:")
        # On tables this small, planning a query well takes longer than running it.
        self.connection.execute("set TimeZone = 'UTC'; set threads = 1; pragma disable_optimizer")
        self.connection.execute("attach ':memory:' as build; use build")
        for schema in ("intermediate", "marts", "reference"):
            self.connection.execute(f"create schema {schema}")
        self.connection.execute(INPUTS.format(as_of=AS_OF))
        for currency, rates in RATES.items():
            for (start, rate), (end, _) in zip(rates, [*rates[1:], (NEVER, 0)], strict=True):
                row = [currency, rate, start, end]
                self.insert("int_exchange_rate_spans", [row])

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        schema = "marts" if table.startswith("dim_") else "intermediate"
        held = [tuple(row) for row in rows]
        if held:
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in held)
            values = [value for row in held for value in row]
            self.connection.execute(f"insert into {schema}.{table} values {marks}", values)

    def replace(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        schema = "marts" if table.startswith("dim_") else "intermediate"
        self.connection.execute(f"delete from {schema}.{table}")
        self.insert(table, rows)

    def run(
        self,
        deliveries: Sequence[Version],
        canonical: dict[str, str],
        names: Sequence[str] = MODELS,
    ) -> None:
        self.replace(
            "int_client_identities", [(raw, to, None) for raw, to in sorted(canonical.items())]
        )
        self.replace("int_plans_classified", [(*plan, "accepted") for plan in PLANS.items()])
        latest = set(reference.known_at(deliveries, datetime.max))
        self.replace(
            "int_subscriptions_classified",
            [
                (d.subscription, d.number, d.client, d.plan, d.status, d.currency, d.interval,
                 d.count, d.quantity, d.price, d.discount, d.duration, d.started, d.ended,
                 d.trial_ends, d.loaded, str(n), "accepted" if d in latest else "duplicate",
                 None, None, d.canceled, canonical[d.client], None)
                for n, d in enumerate(deliveries)
            ],
        )  # fmt: skip
        for name in names:
            self.connection.execute(
                f"create or replace table {self.schemas[name]}.{name} as {self.sql[name]}"
            )

    def rows(self, sql: str) -> Rows:
        return self.connection.execute(sql).fetchall()


def compiled(path: Path, names: Iterable[str], **policies: str) -> Warehouse:
    variables = {f"{source}_location": "raw" for source in SOURCES}
    variables |= {"as_of_date": str(AS_OF), "calendar_start_date": "2024-01-01"}
    return Warehouse(DbtProject(path, variables | policies), sorted(set(names)))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return compiled(tmp_path_factory.mktemp("revenue"), [*MODELS, *RESTATEMENTS])


# ---- random histories -----------------------------------------------------------------

MINUTES = st.sampled_from([0, 10, 25, 600, 1400, 1430])
CHECKED = settings(
    max_examples=220, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@st.composite
def moments(draw: st.DrawFn, first_day: int = 0, last_day: int = 420) -> datetime:
    """Month ends, leap day and the minutes around midnight are frequent."""
    days = [day for day in (0, 30, 59, 60, 90, 396) if day >= first_day]
    day = draw(st.one_of(st.sampled_from(days), st.integers(first_day, last_day)))
    return FIRST + timedelta(days=day, minutes=draw(MINUTES))


@st.composite
def subscriptions(draw: st.DrawFn, name: str, client: str) -> list[Version]:
    starts = sorted(draw(st.lists(moments(), min_size=1, max_size=4)))
    currency = draw(st.sampled_from(["USD", "USD", "EUR", "GBP"]))
    versions = []
    for number, start in enumerate(starts, 1):
        version = Version(
            name,
            number,
            client,
            draw(st.sampled_from([None, *PLANS])),
            draw(
                st.sampled_from(
                    ["active"] * 5 + ["past_due", "past_due", "paused", "trialing", "canceled"]
                )
            ),
            draw(st.sampled_from(["USD", "EUR"])) if number == 4 else currency,
            draw(
                st.sampled_from(["month", "month", "year", "quarter", "week", "day", "half_year"])
            ),
            draw(st.sampled_from([1, 1, 2, 3])),
            draw(st.integers(0, 4)),
            draw(st.sampled_from([0, 12, 24, 60])),
            draw(st.sampled_from([Decimal(0), Decimal("0.25"), Decimal(1)])),
            draw(st.sampled_from(["forever", "once", "repeating"])),
            max(start, datetime(2024, 6, 10)) if currency == "GBP" else start,
            loaded=start + DAY,
        )
        if draw(st.integers(0, 3)) == 0:
            version = replace(version, ended=max(draw(moments()), version.started))
        if draw(st.integers(0, 5)) == 0:
            version = replace(version, trial_ends=draw(moments()))
        if draw(st.integers(0, 3)) == 0:
            version = replace(version, canceled=draw(moments()))
        versions.append(version)
    return versions


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Version], dict[str, str]]:
    """Up to five subscriptions of three clients, two of which may be one.

    Of some clients all subscriptions end at once, and another takes their place.
    """
    versions: list[Version] = []
    for number in range(draw(st.integers(1, 5))):
        client = f"c{draw(st.integers(1, 3))}"
        versions += draw(subscriptions(f"s{number}", client))
    if draw(st.booleans()):
        client, swapped = versions[0].client, draw(moments(first_day=200))
        kept = [v for v in versions if v.client != client or v.started < swapped]
        versions = [replace(v, ended=swapped) if v.client == client else v for v in kept]
        follower = Version(
            "follower", 1, client, draw(st.sampled_from([*PLANS])), "active", "USD", "month", 1, 2,
            draw(st.sampled_from([12, 60])), Decimal(0), "forever", swapped, loaded=swapped + DAY,
        )  # fmt: skip
        leader = replace(follower, subscription="leader", price=24, started=FIRST, ended=swapped)
        versions += [leader, follower]
    merged = draw(st.booleans())
    return versions, {"c1": "c1", "c2": "c1" if merged else "c2", "c3": "c3"}


def world(canonical: dict[str, str]) -> World:
    return World(AS_OF, RATES, canonical)


@CHECKED
@given(history=histories())
def test_random_histories_equal_the_reference(
    warehouse: Warehouse, history: tuple[list[Version], dict[str, str]]
) -> None:
    versions, canonical = history
    warehouse.run(versions, canonical)
    found = reference.spans(versions, world(canonical))
    held = reference.levels(found, world(canonical))
    check_levels(warehouse, held, canonical)
    check_movements(warehouse, held, canonical)
    check_parts(warehouse, found, held, canonical)
    check_identities(warehouse)
    check_retention(warehouse, held, canonical)
    check_churns(warehouse, held, canonical)
    check_renewals(warehouse, found, versions, canonical)


def check_levels(warehouse: Warehouse, held: reference.Levels, canonical: dict[str, str]) -> None:
    """MRR on the first and last day of every step, and no step is missing."""
    steps = warehouse.rows(
        "select client_id, seat_count, contract_mrr_amount, billed_mrr_amount, mrr_amount,"
        " valid_from, coalesce(valid_to - 1, date '2025-02-10') from marts.fct_client_mrr"
    )
    expected: dict[tuple[str, date], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for (client, currency), days in held.items():
        for day, (seats, *amounts) in days.items():
            rate = world(canonical).rate(currency, day)
            assert rate is not None
            sums = expected[client, day]
            expected[client, day] = [
                sums[0] + seats,
                *(s + reference.rounded(a * rate) for s, a in zip(sums[1:], amounts, strict=True)),
            ]
    seen = set()
    for client, *values, first, last in steps:
        day = first
        while day <= last:
            assert values == expected.get((client, day), [Decimal(0)] * 4), (client, day)
            seen.add((client, day))
            day += DAY
    assert set(expected) <= seen


def check_movements(
    warehouse: Warehouse, held: reference.Levels, canonical: dict[str, str]
) -> None:
    rows = warehouse.rows(
        "select client_id, currency_code, movement_date, movement_type,"
        " original_mrr_change_amount, mrr_change_amount from marts.fct_mrr_movements"
    )
    expected = reference.movements(held, world(canonical))
    assert {tuple(row[:4]): tuple(row[4:6]) for row in rows} == expected


def check_parts(
    warehouse: Warehouse,
    found: Sequence[reference.Span],
    held: reference.Levels,
    canonical: dict[str, str],
) -> None:
    """Seats, discount and the rest, which is plan or price, and where the main plan went."""
    rows = warehouse.rows(
        "select client_id, currency_code, movement_date, plan_change_type, mrr_change_amount,"
        " seat_change_amount, discount_change_amount, plan_change_amount, price_change_amount"
        " from marts.fct_mrr_movements where movement_type in ('expansion', 'contraction')"
    )
    plans = reference.plans(found, world(canonical))
    for client, currency, day, direction, change, seats, discount, plan, price in rows:
        days = held[client, currency]
        rate = world(canonical).rate(currency, day)
        assert rate is not None
        expected = [part * rate for part in reference.parts(days[day - DAY], days[day])]
        assert [seats, discount] == pytest.approx(expected, abs=Decimal("0.002"))
        assert seats + discount + plan + price == change
        before, after = plans[client, currency, day - DAY], plans[client, currency, day]
        assert (price if before != after else plan) == 0
        ranks = [max(PLANS.get(name or "", 0) for name in names) for names in (before, after)]
        assert (
            direction
            == {1: "upgrade", -1: "downgrade", 0: None}[
                (ranks[1] > ranks[0]) - (ranks[1] < ranks[0])
            ]
        )


def check_identities(warehouse: Warehouse) -> None:
    """MRR is the sum of all movements: of a client, of a currency and in total."""
    for keys in ("client_id", "currency_code", "client_id, currency_code", "1"):
        moved, now = (
            warehouse.rows(
                f"select {keys}, sum({amount}) from {relation} group by all"
                f" having sum({amount}) <> 0 order by all"
            )
            for amount, relation in (
                ("mrr_change_amount", "marts.fct_mrr_movements"),
                ("mrr_amount", f"intermediate.int_client_currency_mrr where valid_to = '{NEVER}'"),
            )
        )
        assert moved == now


def check_retention(
    warehouse: Warehouse, held: reference.Levels, canonical: dict[str, str]
) -> None:
    rows = warehouse.rows(
        "select retention_type, reactivation_policy, base_month, period_number, is_mature,"
        " base_client_count, retained_client_count, incomparable_client_count, base_mrr_amount,"
        " gross_retained_mrr_amount, net_retained_mrr_amount from marts.fct_revenue_retention"
    )
    ends = reference.month_ends(date(2024, 1, 1), AS_OF)
    paid = reference.totals(held, world(canonical))
    firsts = {end.replace(day=1): n for n, end in enumerate(ends)}
    for kind, policy, base_month, period, is_mature, *numbers in rows:
        base = firsts[base_month]
        assert is_mature == (base + period < len(ends))
        if not is_mature:
            assert numbers == [None] * 6
            continue
        clients = reference.retained(
            held, world(canonical), paid, ends, base, period, kind == "cohort"
        )
        counts = policy == "counted"
        kept = [(b, n if counts or unbroken else n and Decimal(0)) for b, n, unbroken in clients]
        comparable = [(b, n) for b, n in kept if n is not None]
        stay = sum(n is None or n > 0 for (_, n) in kept if n is None or n > 0)
        if not counts:
            stay = sum((n is None or n > 0) and unbroken for _, n, unbroken in clients)
        assert numbers == [
            len(kept),
            stay,
            len(kept) - len(comparable),
            sum(b for b, _ in comparable),
            sum(min(b, n) for b, n in comparable),
            sum(n for _, n in comparable),
        ], (kind, policy, base_month, period)


def check_churns(warehouse: Warehouse, held: reference.Levels, canonical: dict[str, str]) -> None:
    expected: dict[tuple[str, date], tuple[Decimal, int | None]] = {}
    paid = reference.totals(held, world(canonical))
    for client in set(canonical.values()):
        before, left = Decimal(0), None
        day = FIRST.date()
        while day <= AS_OF:
            now = paid.get((client, day), Decimal(0))
            if before > 0 and now == 0:
                left = (client, day)
                expected[left] = (before, None)
            elif before == 0 and now > 0 and left:
                expected[left] = (expected[left][0], (day - left[1]).days)
            before, day = now, day + DAY
    rows = warehouse.rows(
        "select client_id, churn_date, lost_mrr_amount, win_back_days from marts.fct_client_churns"
    )
    assert {row[:2]: row[2:] for row in rows} == expected


def check_renewals(
    warehouse: Warehouse, found: Sequence[reference.Span], versions: Sequence[Version],
    canonical: dict[str, str],
) -> None:  # fmt: skip
    """Terms lie end to end over the days that recur, and no other; what is open is MRR now."""
    expected = reference.renewals(found, versions, world(canonical))
    terms = warehouse.rows(
        "select subscription_id, term_start_date, term_end_date, available_mrr_amount,"
        " renewed_mrr_amount, renewal_outcome from marts.fct_renewals"
    )
    assert {row[:2]: row[2:5] for row in terms} == expected
    for *_, available, renewed, outcome in terms:
        assert outcome == (
            "open" if renewed is None
            else "lost" if renewed == 0
            else "renewed" if renewed == available
            else "expanded" if renewed > available
            else "contracted"
        )  # fmt: skip
    days: dict[str, set[date]] = defaultdict(set)
    for span in found:
        day = span.start
        while day < span.end and day <= AS_OF:
            days[span.version.subscription].add(day)
            day += DAY
    covered: dict[str, list[date]] = defaultdict(list)
    for name, start, end in warehouse.rows(
        "select subscription_id, term_start_date, term_end_date from intermediate.int_term_amounts"
    ):
        covered[name] += [start + n * DAY for n in range((min(end, AS_OF + DAY) - start).days)]
    assert {name: sorted(held) for name, held in days.items()} == {
        name: sorted(held) for name, held in covered.items()
    }
    assert warehouse.rows(
        "select coalesce(sum(available_mrr_amount) filter (renewal_outcome = 'open'), 0) = ("
        "   select coalesce(sum(mrr_amount), 0) from marts.fct_client_mrr where valid_to is null)"
        " from marts.fct_renewals"
    ) == [(True,)]


POLICIES: dict[str, dict[str, Any]] = {
    "chartmogul": {
        "grace_days": 36500,
        "statuses": ("active", "past_due", "paused"),
        "discounts": ("forever", "once", "repeating"),
    },
    "stripe": {"grace_days": 36500, "ends_on_request": True},
    "baremetrics": {"discounts": ("forever", "once", "repeating")},
}


@pytest.mark.parametrize("preset", POLICIES)
def test_random_histories_equal_the_reference_by_preset(
    tmp_path_factory: pytest.TempPathFactory, preset: str
) -> None:
    """What a preset counts, and that it is not what another one counts."""
    names = MODELS[: MODELS.index("fct_client_mrr") + 1]
    warehouse = compiled(tmp_path_factory.mktemp(preset), names, mrr_preset=preset)
    differing = 0

    @settings(CHECKED, max_examples=40)
    @given(history=histories())
    def check(history: tuple[list[Version], dict[str, str]]) -> None:
        nonlocal differing
        versions, canonical = history
        counted = replace(world(canonical), **POLICIES[preset])
        warehouse.run(versions, canonical, names)
        held = reference.levels(reference.spans(versions, counted), counted)
        check_levels(warehouse, held, canonical)
        standard = reference.spans(versions, world(canonical))
        differing += held != reference.levels(standard, world(canonical))

    check()
    assert differing > 0


# ---- what must not matter ---------------------------------------------------------------

RESULTS = {
    "fct_client_mrr": "client_id, seat_count, contract_mrr_amount, billed_mrr_amount, mrr_amount,"
    " valid_from, valid_to",
    "fct_mrr_movements": "client_id, currency_code, movement_type, movement_date,"
    " original_mrr_change_amount, mrr_change_amount, seat_change_amount, price_change_amount,"
    " plan_change_amount, discount_change_amount, fx_change_amount",
    "fct_revenue_retention": "*",
    "fct_renewals": "subscription_id, term_start_date, term_end_date, renewal_outcome,"
    " available_mrr_amount, renewed_mrr_amount",
    "fct_client_churns": "client_id, churn_date, lost_mrr_amount, tenure_days, win_back_days",
}


def results(warehouse: Warehouse) -> dict[str, Rows]:
    return {
        name: warehouse.rows(f"select {columns} from marts.{name} order by all")
        for name, columns in RESULTS.items()
    }


@settings(CHECKED, max_examples=12)
@given(history=histories(), moment=moments())
def test_a_version_split_in_two_changes_nothing(
    warehouse: Warehouse, history: tuple[list[Version], dict[str, str]], moment: datetime
) -> None:
    versions, canonical = history
    doubled = [replace(version, number=2 * version.number) for version in versions]
    warehouse.run(doubled, canonical)
    before = results(warehouse)
    halves = []
    for version in versions:
        following = [
            v.started
            for v in versions
            if v.subscription == version.subscription and v.number > version.number
        ]
        cut = moment if moment < min(following, default=datetime.max) else version.started
        # The grace of what is past due begins with the spell, and a trial keeps its end.
        halves += reference.split(version, cut) if cut > version.started else [
            replace(version, number=2 * version.number)
        ]  # fmt: skip
    warehouse.run(halves, canonical)
    # A step without a change is no step of MRR: compare what the days are worth.
    assert without_empty_steps(results(warehouse)) == without_empty_steps(before)


def without_empty_steps(found: dict[str, Rows]) -> dict[str, Rows]:
    """Steps of a client that follow each other and are the same are one."""
    merged: Rows = []
    for row in sorted(found["fct_client_mrr"], key=lambda r: (r[0], r[5])):
        if merged and merged[-1][:5] == row[:5]:
            merged[-1] = (*merged[-1][:6], row[6])
        else:
            merged.append(row)
    return {**found, "fct_client_mrr": merged}


@settings(CHECKED, max_examples=12)
@given(history=histories())
def test_names_of_plans_do_not_matter(
    warehouse: Warehouse, history: tuple[list[Version], dict[str, str]]
) -> None:
    versions, canonical = history
    warehouse.run(versions, canonical)
    before = results(warehouse)
    names = {"starter": "z", "growth": "y", "scale": "x", None: None}
    renamed = [replace(v, plan=names[v.plan]) for v in versions]
    try:
        PLANS.update({"z": 1, "y": 2, "x": 3})
        warehouse.run(renamed, canonical)
    finally:
        for name in ("x", "y", "z"):
            del PLANS[name]
    assert results(warehouse) == before


@settings(CHECKED, max_examples=12)
@given(history=histories())
def test_ten_times_the_prices_are_ten_times_the_revenue(
    warehouse: Warehouse, history: tuple[list[Version], dict[str, str]]
) -> None:
    versions, canonical = history
    warehouse.run(versions, canonical)
    before = results(warehouse)
    warehouse.run([replace(v, price=10 * v.price) for v in versions], canonical)
    after = results(warehouse)
    for name in ("fct_client_mrr", "fct_mrr_movements", "fct_renewals", "fct_client_churns"):
        for old, new in zip(before[name], after[name], strict=True):
            for was, now in zip(old, new, strict=True):
                if isinstance(was, Decimal) and (name, was) != ("fct_client_mrr", old[1]):
                    assert now == pytest.approx(10 * was, abs=Decimal("0.02"))
                elif not isinstance(was, Decimal):
                    assert now == was


@settings(CHECKED, max_examples=12)
@given(history=histories())
def test_merged_clients_are_worth_what_both_were(
    warehouse: Warehouse, history: tuple[list[Version], dict[str, str]]
) -> None:
    versions, _ = history
    total = (
        "select day::date, sum(mrr_amount) from marts.fct_client_mrr"
        " join range(date '2024-01-01', date '2025-02-11', interval 1 day) as days (day)"
        " on day >= valid_from and day < coalesce(valid_to, date '9999-01-01')"
        " where client_id in ('c1', 'c2') group by 1 having sum(mrr_amount) > 0 order by 1"
    )
    warehouse.run(versions, {"c1": "c1", "c2": "c2", "c3": "c3"})
    apart, churned = warehouse.rows(total), warehouse.rows("from marts.fct_client_churns")
    warehouse.run(versions, {"c1": "c1", "c2": "c1", "c3": "c3"})
    assert warehouse.rows(total) == apart
    assert len(warehouse.rows("from marts.fct_client_churns")) <= len(churned)


# ---- as reported and as known now --------------------------------------------------------


@st.composite
def delivered(draw: st.DrawFn) -> tuple[list[Version], dict[str, str]]:
    """Versions that arrive late, some of them again: ended, at another price, months later."""
    versions, canonical = draw(histories())
    deliveries = []
    for version in versions:
        arrived = version.started + draw(st.integers(0, 60)) * DAY
        deliveries.append(replace(version, loaded=arrived))
        if draw(st.booleans()):
            change = draw(st.sampled_from([{"price": 36}, {"ended": version.started + 9 * DAY}]))
            again = arrived + draw(st.integers(1, 90)) * DAY
            deliveries.append(replace(version, loaded=again, **change))
    return deliveries, canonical


@pytest.fixture(scope="module")
def without_history(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    path = tmp_path_factory.mktemp("restatements")
    return compiled(path, RESTATEMENTS, history_loaded_until="2000-01-01")


@settings(CHECKED, max_examples=40)
@given(history=delivered())
def test_what_was_reported_is_what_had_arrived(
    without_history: Warehouse, history: tuple[list[Version], dict[str, str]]
) -> None:
    deliveries, canonical = history
    first = min(delivery.loaded for delivery in deliveries)
    check_reports(without_history, deliveries, canonical, first, reference.known_at)


@settings(CHECKED, max_examples=40)
@given(history=delivered(), day=st.integers(0, 400))
def test_what_was_reported_before_the_first_load_is_history(
    warehouse: Warehouse, history: tuple[list[Version], dict[str, str]], day: int
) -> None:
    """All that had been delivered by a day is loaded on it: months before are reconstructed."""
    deliveries, canonical = history
    first_load = max(FIRST + day * DAY, min(delivery.loaded for delivery in deliveries))
    deliveries = [
        replace(d, loaded=max(d.loaded, first_load + n * timedelta(seconds=1)))
        for n, d in enumerate(sorted(deliveries, key=lambda d: d.loaded))
    ]
    first = min(delivery.started for delivery in deliveries)
    check_reports(warehouse, deliveries, canonical, first, reference.known_with_history)


def check_reports(
    warehouse: Warehouse,
    deliveries: list[Version],
    canonical: dict[str, str],
    first_known: datetime,
    known_at: Callable[[Sequence[Version], datetime], list[Version]],
) -> None:
    """Reported MRR is what the reference makes of what it knew at the locks."""
    merged_at = datetime(2024, 9, 1)
    clients = [(raw, None, False, FIRST, "", "accepted", None) for raw in canonical]
    clients += [
        (raw, to, False, merged_at, "", "accepted", None)
        for raw, to in canonical.items()
        if raw != to
    ]
    warehouse.replace("int_clients_classified", clients)
    corrected = {**RATES, "EUR": [*RATES["EUR"][:2], (date(2024, 11, 6), Decimal("1.09"))]}
    warehouse.replace(
        "int_exchange_rates_classified",
        [(c, rate, day, FIRST, "", "duplicate") for c in ("EUR", "GBP")
         for day, rate in corrected[c]]
        + [("EUR", Decimal("1.07"), date(2024, 11, 6), datetime(2025, 1, 20), "", "accepted")],
    )  # fmt: skip
    first_load = min(delivery.loaded for delivery in deliveries)
    warehouse.replace("int_table_loads", [("subscriptions", first_known, first_load)])
    warehouse.run(deliveries, canonical, RESTATEMENTS)
    expected = {}
    now = reference.levels(
        reference.spans(reference.known_at(deliveries, datetime.max), world(canonical)),
        world(canonical),
    )
    current = reference.totals(now, world(canonical))
    for month, end, lock, is_reconstructed in warehouse.rows(
        "select period_month, period_end_date, locked_at, is_reconstructed"
        " from intermediate.int_month_locks"
    ):
        assert is_reconstructed == (first_known.date() < lock.date() <= first_load.date())
        then_canonical = canonical if lock > merged_at else {raw: raw for raw in canonical}
        rates = RATES if lock > datetime(2025, 1, 20) else corrected
        then = World(AS_OF, rates, then_canonical)
        spans = reference.spans(known_at(deliveries, lock), then)
        reported = reference.totals(reference.levels(spans, then), then)
        for client in canonical:
            sides = (
                reported.get((client, end), Decimal(0)), current.get((client, end), Decimal(0))
            )  # fmt: skip
            if any(sides):
                expected[client, month] = sides
    rows = warehouse.rows(
        "select client_id, period_month, reported_mrr_amount, current_mrr_amount"
        " from marts.fct_reported_mrr"
    )
    assert {row[:2]: row[2:] for row in rows} == expected
    assert warehouse.rows(
        "select client_id, period_month, sum(mrr_change_amount) from marts.fct_restatements"
        " group by all having sum(mrr_change_amount) <> 0 order by all"
    ) == warehouse.rows(
        "select client_id, period_month, restated_mrr_amount from marts.fct_reported_mrr"
        " where restated_mrr_amount <> 0 order by all"
    )
