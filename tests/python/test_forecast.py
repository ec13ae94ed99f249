"""The forecast of MRR against its own definition in plain Python and numpy, on random histories."""

from __future__ import annotations

import calendar
import math
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from compiled_project import CompiledProject, create_relation, insert_rows
from conftest import Built

DAY = timedelta(days=1)
NEVER = date(9999, 1, 1)
ORIGINS, MONTHS, CLIENTS_MIN, ORIGINS_MIN = 48, 12, 10, 4
GIVEN = {
    "as_of": "as_of_date date",
    "int_table_loads": "table_name text, known_from date, history_until_date date",
    "int_exchange_rate_spans": "currency_code text, rate decimal(18, 8), valid_from date,"
    " valid_to date",
    "fct_client_mrr": "client_id text, mrr_amount decimal(18, 4), valid_from date, valid_to date",
    "int_subscriptions_known": "subscription_id text, version integer, client_id text,"
    " canonical_client_id text, exclusion_reason text, plan_id text, subscription_status text,"
    " currency_code text, billing_interval text, discount_duration text, quantity decimal(18, 4),"
    " unit_price_amount decimal(18, 4), billing_interval_count integer, discount_rate"
    " decimal(18, 4), trial_ends_at timestamp, started_at timestamp, cancel_reason text,"
    " ended_at timestamp, canceled_at timestamp, known_from date, known_to date",
}


@dataclass(frozen=True)
class Contract:
    """What a client pays a month on the days [start, end); known before where it was announced."""

    client: str
    price: Decimal
    currency: str
    start: date
    end: date = NEVER
    notice: date | None = None
    announced: date | None = None

    @property
    def told(self) -> date:
        return self.announced or self.start

    @property
    def end_told(self) -> date:
        """When its end was known: by notice, or as it happened."""
        return self.notice or self.end

    def seen_end(self, day: date) -> date:
        return self.end if self.end_told <= day else NEVER


@dataclass(frozen=True)
class World:
    as_of: date
    contracts: tuple[Contract, ...]
    rates: tuple[tuple[date, Decimal], ...] = ((date(2000, 1, 1), Decimal("1.1")),)

    def day(self, months_back: int) -> date:
        """The day so many months before as_of_date, counted from the day after it."""
        after = self.as_of + DAY
        months = after.year * 12 + after.month - 1 - months_back
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(after.day, calendar.monthrange(year, month)[1])) - DAY

    def amount(self, contract: Contract, day: date) -> float:
        """Its MRR at the rate of a day."""
        rate = [rate for start, rate in self.rates if start <= day][-1]
        return float(contract.price * (rate if contract.currency == "EUR" else 1))

    def paid(self, day: date) -> dict[str, float]:
        """MRR of each client that pays on a day."""
        found: dict[str, float] = defaultdict(float)
        for contract in self.contracts:
            if contract.start <= day < contract.end:
                found[contract.client] += self.amount(contract, day)
        return found

    def known(self, day: date) -> dict[str, list[Contract]]:
        """What was known of each client on a day of what had begun by then."""
        found: dict[str, list[Contract]] = defaultdict(list)
        for contract in self.contracts:
            if contract.start <= day and contract.start < contract.seen_end(day):
                found[contract.client].append(contract)
        return found

    def is_leaving(self, contract: Contract, day: date, opening: date) -> bool:
        """Whether notice of its end had been given at an opening, as known on a day."""
        comes = any(
            other.client == contract.client and other.start > day >= other.told
            for other in self.contracts
        )
        return contract.end_told <= min(day, opening) and contract.end < NEVER and not comes


# ---- the definition, in plain Python --------------------------------------------------


@dataclass
class ClientMonth:
    opening: float
    closing: float
    noticed: float
    still_noticed: float
    told: int
    is_new: bool


def client_months(world: World, months_back: int) -> list[ClientMonth]:
    closing, opening = world.day(months_back), world.day(months_back + 1)
    found = []
    for contracts in world.known(closing).values():
        values = {c: world.amount(c, closing) for c in contracts}
        at_opening = [c for c in contracts if c.start <= opening < c.seen_end(closing)]
        at_closing = [c for c in contracts if closing < c.seen_end(closing)]
        leaving = [c for c in at_opening if world.is_leaving(c, closing, opening)]
        if any(c.start > opening for c in contracts):
            leaving = []
        told = 0
        if leaving:
            last = max(c.end_told for c in leaving)
            while told < MONTHS and world.day(months_back + 1 + told) >= last:
                told += 1
        month = ClientMonth(
            sum(values[c] for c in at_opening),
            sum(values[c] for c in at_closing),
            sum(values[c] for c in leaving),
            sum(values[c] for c in leaving if c in at_closing),
            told,
            min(c.start for c in contracts) > opening,
        )
        if month.opening or month.closing:
            found.append(month)
    return found


@dataclass
class Forecast:
    reason: str | None
    opening: tuple[float, int]
    amounts: list[float]
    counts: list[float]
    lost: list[float]
    sways: tuple[float, float]
    growths: tuple[float, float]

    def margin(self, measure: int, ahead: int) -> float:
        t = stats.t.ppf(0.975, MONTHS - 1)
        return float(t * self.sways[measure] * math.sqrt(ahead * (1 + ahead / MONTHS)))


def forecast(world: World, months_back: int) -> Forecast:
    origin = world.day(months_back)
    months = [client_months(world, months_back + m) for m in range(MONTHS)]
    now = [m for m in months[0] if m.closing > 0]
    opening = (sum(m.closing for m in now), len(now))
    openings = [(sum(m.opening for m in ms), sum(m.opening > 0 for m in ms)) for ms in months]
    closings = [(sum(m.closing for m in ms), sum(m.closing > 0 for m in ms)) for ms in months]
    churned = sum(m.opening > 0 and m.closing == 0 for ms in months for m in ms)
    full = sum(o[0] > 0 and c[0] > 0 for o, c in zip(openings, closings, strict=True))
    reason = (
        "no_mrr" if not now
        else "too_few_months" if full < MONTHS
        else "too_few_clients" if len(now) < CLIENTS_MIN
        else "no_churn" if not churned
        else None
    )  # fmt: skip
    if reason:
        return Forecast(reason, opening, [], [], [], (0, 0), (0, 0))

    held = {
        client: [c for c in contracts if origin < c.seen_end(origin)]
        for client, contracts in world.known(origin).items()
    }
    ending = [
        c for contracts in held.values() for c in contracts if world.is_leaving(c, origin, origin)
    ]
    leavers = [cs for cs in held.values() if cs and all(c in ending for c in cs)]
    free = opening[0] - sum(world.amount(c, origin) for c in ending)
    count = float(opening[1] - len(leavers))
    every = [m for ms in months for m in ms]
    comes = sum(m.closing for m in every if not m.opening) / MONTHS
    comers = sum(not m.opening for m in every) / MONTHS
    amounts, counts, lost = [], [], []
    for ahead in range(1, MONTHS + 1):
        base = kept = gone = people = left = 0.0
        for m in every:
            noticed = m.told >= ahead
            before = m.opening - (m.noticed if noticed else 0)
            after = m.closing - (m.still_noticed if noticed else 0)
            base += before
            people += before > 1e-9
            left += before > 1e-9 and m.closing == 0
            gone += before if m.closing == 0 else 0
            kept += after - before if m.opening and m.closing else 0
        free += free * (kept - gone) / base + comes
        count += -count * left / people + comers
        day = world.day(months_back - ahead)
        later = sum(world.amount(c, origin) for c in ending if c.end > day)
        lost.append(sum(world.amount(c, origin) for c in ending if c.end <= day))
        amounts.append(free + later)
        counts.append(count + sum(max(c.end for c in cs) > day for cs in leavers))
    logs = np.log([
        [c[i] / o[i] for o, c in zip(openings, closings, strict=True)] for i in (0, 1)
    ])  # fmt: skip
    return Forecast(
        None, opening, amounts, counts, lost,
        tuple(logs.std(axis=1, ddof=1)), tuple(logs.mean(axis=1)),
    )  # fmt: skip


# ---- random worlds --------------------------------------------------------------------

AS_OF = [date(2025, 6, 30), date(2025, 2, 28), date(2025, 5, 17), date(2024, 12, 30)]


def random_world(seed: int, as_of: date | None = None, months: int = 44) -> World:
    """Clients that come, grow, give notice or not, leave, come back, and change contracts."""
    draw = random.Random(seed)
    as_of = as_of or AS_OF[seed % len(AS_OF)]
    first = as_of - timedelta(days=31 * months)
    contracts: list[Contract] = []
    for number in range(60):
        client = f"c{number}"
        start = first + timedelta(days=0 if number < 15 else draw.randint(0, 31 * months))
        currency = draw.choice(["USD", "USD", "EUR"])
        price = Decimal(draw.choice([20, 50, 100, 400]))
        while start <= as_of:
            end = start + timedelta(days=draw.randint(20, 900))
            contract = Contract(client, price, currency, start)
            if end > as_of + timedelta(days=500):
                contracts.append(contract)
                break
            notice = end - timedelta(days=draw.choice([1, 20, 45, 100, 400]))
            has_notice = draw.random() < 0.7
            contract = replace(
                contract, end=end, notice=max(notice, start + DAY) if has_notice else None
            )
            contracts.append(contract)
            if draw.random() < 0.2:
                contracts.append(Contract(client, Decimal(30), "USD", start))
            what = draw.random()
            if what < 0.4:
                break
            if what < 0.7:
                start, price = end, price * draw.choice([2, 1]) / draw.choice([1, 2])
            else:
                start = end + timedelta(days=draw.randint(1, 200))
    rates = [(date(2000, 1, 1), Decimal(1))]
    rates += [
        (first + timedelta(days=30 * n), Decimal(draw.randint(90, 130)) / 100)
        for n in range(months + 2)
    ]
    return World(as_of, tuple(contracts), tuple(rates))


def with_announcements(world: World, seed: int) -> World:
    """Some contracts that begin later are known before the one that they follow ends."""
    draw = random.Random(seed)
    return replace(
        world,
        contracts=tuple(
            replace(c, announced=c.start - timedelta(days=draw.choice([30, 90])))
            if draw.random() < 0.3
            else c
            for c in world.contracts
        ),
    )


class Forecasts:
    """The compiled models of the forecast, over histories in memory."""

    def __init__(self, compiled: CompiledProject) -> None:
        self.nodes = compiled.nodes
        wanted = ["fct_mrr_forecast", "fct_mrr_forecast_backtest"]
        self.names = compiled.order(wanted, given=[*GIVEN])

    def build(self, world: World) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("attach ':memory:' as build; use build; set TimeZone = 'UTC'")
        for schema in ("intermediate", "marts", "reference"):
            connection.execute(f"create schema {schema}")
        for name, columns in GIVEN.items():
            connection.execute(f"create table {self.nodes[name].relation_name} ({columns})")
            insert_rows(connection, self.nodes[name].relation_name, rows_of(world, name))
        for name in self.names:
            create_relation(connection, self.nodes[name])
        connection.execute("use build.marts")
        return connection


def rows_of(world: World, name: str) -> list[dict[str, Any]]:
    if name == "as_of":
        return [{"as_of_date": world.as_of}]
    if name == "int_exchange_rate_spans":
        ends = [start for start, _ in world.rates[1:]] + [NEVER]
        spans = [
            {"currency_code": "EUR", "rate": rate, "valid_from": start, "valid_to": end}
            for (start, rate), end in zip(world.rates, ends, strict=True)
        ]
        usd = {"currency_code": "USD", "rate": 1, "valid_from": date(2000, 1, 1)}
        return [*spans, usd | {"valid_to": NEVER}]
    if name == "fct_client_mrr":
        days = [world.day(m) for m in range(ORIGINS + 25)]
        return [
            {"client_id": client, "mrr_amount": paid, "valid_from": day, "valid_to": day + DAY}
            for day in days
            for client, paid in world.paid(day).items()
        ]
    if name == "int_subscriptions_known":
        return [row for n, c in enumerate(world.contracts) for row in known_rows(n, c)]
    return []


def known_rows(number: int, contract: Contract) -> Iterable[dict[str, Any]]:
    """What was known of a contract before and after its end was."""
    row = {
        "subscription_id": f"s{number}", "version": 1, "client_id": contract.client,
        "canonical_client_id": contract.client, "plan_id": "p", "subscription_status": "active",
        "currency_code": contract.currency, "billing_interval": "month", "quantity": 1,
        "discount_duration": "forever", "unit_price_amount": contract.price, "discount_rate": 0,
        "billing_interval_count": 1, "started_at": contract.start, "ended_at": None,
        "canceled_at": None, "known_from": contract.told,
        "known_to": contract.end_told if contract.end < NEVER else NEVER,
    }  # fmt: skip
    yield row
    if contract.end < NEVER:
        yield row | {
            "ended_at": contract.end, "canceled_at": contract.notice,
            "known_from": contract.end_told, "known_to": NEVER,
        }  # fmt: skip


@pytest.fixture(scope="module")
def forecasts(tmp_path_factory: pytest.TempPathFactory) -> Forecasts:
    names = ["fct_mrr_forecast", "fct_mrr_forecast_backtest"]
    return Forecasts(CompiledProject(tmp_path_factory.mktemp("forecast"), names))


# ---- against the reference ------------------------------------------------------------

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_histories_give_the_forecast_of_the_definition(
    forecasts: Forecasts, seed: int
) -> None:
    world = with_announcements(random_world(seed), seed)
    expected = forecast(world, 0)
    found = (
        forecasts.build(world)
        .execute(
            "select reason, opening_mrr_amount, contracted_loss_amount, forecast_mrr_amount,"
            " forecast_mrr_amount_lower, forecast_mrr_amount_upper, same_growth_mrr_amount,"
            " opening_client_count, forecast_client_count, forecast_client_count_lower,"
            " forecast_date from fct_mrr_forecast order by month_number"
        )
        .fetchall()
    )
    assert expected.reason is None
    for ahead, (reason, *numbers, day) in enumerate(found, start=1):
        margins = [expected.margin(measure, ahead) for measure in (0, 1)]
        amount, count = expected.amounts[ahead - 1], expected.counts[ahead - 1]
        wanted = [
            expected.opening[0], -expected.lost[ahead - 1], amount,
            amount * math.exp(-margins[0]), amount * math.exp(margins[0]),
            expected.opening[0] * math.exp(ahead * expected.growths[0]),
            expected.opening[1], count, count * math.exp(-margins[1]),
        ]  # fmt: skip
        assert reason is None
        assert day == world.day(-ahead)
        assert [float(n) for n in numbers] == pytest.approx(wanted, rel=3e-4, abs=0.01)
    assert len(found) == MONTHS


@pytest.mark.parametrize("seed", SEEDS)
def test_random_histories_are_judged_by_the_definition(forecasts: Forecasts, seed: int) -> None:
    world = random_world(seed)
    made = {back: forecast(world, back) for back in range(1, ORIGINS + 1)}
    made = {back: f for back, f in made.items() if f.reason is None}
    connection = forecasts.build(world)
    for measure, name in enumerate(["mrr", "paying_clients"]):
        for ahead in (1, 3, 6):
            backs = [back for back in made if back >= ahead]
            actual = np.array([
                (sum(world.paid(world.day(back - ahead)).values()),
                 len(world.paid(world.day(back - ahead))))[measure]
                for back in backs
            ])  # fmt: skip
            start = np.array([made[back].opening[measure] for back in backs])
            said = np.array(
                [(made[back].amounts, made[back].counts)[measure][ahead - 1] for back in backs]
            )
            growth = np.array([made[back].growths[measure] for back in backs])
            errors = (said - actual) / start
            rules = [1 - actual / start, np.exp(ahead * growth) - actual / start]
            independent = sum(back % ahead == 0 for back in backs)
            wanted = [errors.mean(), np.abs(errors).mean(), np.sqrt((errors**2).mean())]
            for rule in rules:
                wanted += [np.sqrt((rule**2).mean()), *skill(errors, rule, independent)]
            (found,) = connection.execute(
                "select origin_count, independent_origin_count, bias_rate, mean_error_rate,"
                " rmse_rate, no_change_rmse_rate, no_change_skill, no_change_skill_lower,"
                " same_growth_rmse_rate, same_growth_skill, same_growth_skill_lower,"
                " beats_no_change, beats_same_growth, has_skill"
                " from fct_mrr_forecast_backtest where origin = 'all' and measure = ?"
                " and month_number = ?",
                [name, ahead],
            ).fetchall()
            assert found[:2] == (len(backs), independent)
            assert [float(n) for n in found[2:11]] == pytest.approx(wanted, rel=0.02, abs=0.002)
            beaten = [found[7] > 0, found[10] > 0]
            assert list(found[11:]) == [*beaten, all(beaten)]


def skill(errors: Any, rule: Any, independent: int) -> tuple[float, float]:
    """How much less is erred than by a rule, and the lower end of its interval."""
    gained = rule**2 - errors**2
    found = gained.sum() / (rule**2).sum()
    left = gained - found * rule**2
    spread = math.sqrt((left**2).sum() / (len(left) - 1) / independent) / (rule**2).mean()
    return found, found - stats.t.ppf(0.975, independent - 1) * spread


# ---- what must hold -------------------------------------------------------------------


def test_ten_times_the_prices_change_amounts_alone(forecasts: Forecasts) -> None:
    world = random_world(1)
    dear = replace(world, contracts=tuple(replace(c, price=10 * c.price) for c in world.contracts))
    for name in ("fct_mrr_forecast", "fct_mrr_forecast_backtest"):
        cheap = forecasts.build(world).execute(f"from {name} order by all")
        columns = [column[0] for column in cheap.description or []]
        keys = "month_number" if name == "fct_mrr_forecast" else "measure, month_number, origin"
        pairs = [
            forecasts.build(w).execute(f"from {name} order by {keys}").fetchall()
            for w in (world, dear)
        ]
        grown = 0
        for one, ten in zip(*pairs, strict=True):
            for column, was, now in zip(columns, one, ten, strict=True):
                is_money = "amount" in column and "paying_clients" not in one
                if is_money and was is not None:
                    grown += was != now
                    assert float(now) == pytest.approx(10 * float(was), rel=1e-5, abs=0.05)
                elif isinstance(was, Decimal):
                    assert float(now) == pytest.approx(float(was), rel=1e-3, abs=1e-4), column
                else:
                    assert now == was, column
        assert grown > 50


@pytest.mark.parametrize("months_back", [2, 9])
def test_an_origin_knows_what_was_known_then(forecasts: Forecasts, months_back: int) -> None:
    """Its forecast is the one that was made on that day, when what came later was not there."""
    world = with_announcements(random_world(2, date(2025, 6, 17)), 2)
    columns = "* exclude (origin_date, months_back, is_reconstructed)"
    query = (
        f"select {columns} from intermediate.int_mrr_forecasts where months_back = ?"
        " order by month_number"
    )
    late = forecasts.build(world).execute(f"use build; {query}", [months_back]).fetchall()
    day = world.day(months_back)
    then = replace(
        world,
        as_of=day,
        contracts=tuple(
            replace(c, end=c.seen_end(day), notice=c.notice if c.end_told <= day else None)
            for c in world.contracts
            if c.told <= day
        ),
    )
    assert forecasts.build(then).execute(f"use build; {query}", [0]).fetchall() == late
    assert any(row[-1] is not None for row in late)


def small(kept: int, months: int, leave: bool) -> World:
    """So many clients that have paid for so many months, of which the first may leave."""
    stays = Contract("", Decimal(100), "USD", date(2025, 6, 30) - timedelta(days=31 * months))
    contracts = [replace(stays, client=f"c{number}") for number in range(kept)]
    if leave:
        contracts[0] = replace(contracts[0], end=date(2025, 3, 1))
    return World(date(2025, 6, 30), tuple(contracts))


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (World(date(2025, 6, 30), ()), "no_mrr"),
        (small(1, 40, False), "too_few_clients"),
        (small(30, 6, True), "too_few_months"),
        (small(30, 40, False), "no_churn"),
    ],
)  # fmt: skip
def test_what_history_does_not_carry_is_null_with_a_reason(
    forecasts: Forecasts, world: World, reason: str
) -> None:
    connection = forecasts.build(world)
    found = connection.execute(
        "select reason, skill_reason, has_skill, forecast_mrr_amount, forecast_mrr_amount_lower,"
        " same_growth_mrr_amount, forecast_client_count from fct_mrr_forecast"
    ).fetchall()
    assert found == [(reason, "no_origins", None, None, None, None, None)] * MONTHS
    judged = connection.execute(
        "select origin, skill_reason, bias_rate, has_skill from fct_mrr_forecast_backtest"
    ).fetchall()
    assert judged == [("all", "no_origins", None, None)] * 2 * MONTHS


def test_one_churn_carries_a_forecast_and_says_nothing_of_skill(forecasts: Forecasts) -> None:
    connection = forecasts.build(small(30, 40, True))
    found = connection.execute(
        "select forecast_mrr_amount, churned_mrr_amount, skill_reason from fct_mrr_forecast"
        " where month_number = 1"
    ).fetchall()
    # One of 30 clients in nine months, of 29 in three: 100 / (9 * 3,000 + 3 * 2,900) = 0.002801.
    assert found == [(Decimal("2891.8771"), Decimal("-8.1229"), "too_few_origins")]


def test_the_demo_starts_from_its_mrr_and_what_is_known_to_be_lost(built: Built) -> None:
    lost = (
        "(select coalesce(sum({}), 0) from marts.fct_contracted_losses as losses"
        " where losses.ends_date <= forecast.forecast_date)"
    )
    rows = built.project.rows(
        "select opening_mrr_amount, opening_client_count, contracted_loss_amount,"
        f" contracted_churn_count, -{lost.format('lost_mrr_amount')},"
        f" -{lost.format('case when is_churn then 1 else 0 end')},"
        " (select sum(mrr_amount) from marts.fct_client_mrr where valid_to is null),"
        " (select count(*) from marts.fct_client_mrr where valid_to is null and mrr_amount > 0)"
        " from marts.fct_mrr_forecast as forecast"
    )
    assert len(rows) == MONTHS
    for mrr, clients, loss, churns, known_loss, known_churns, mrr_now, clients_now in rows:
        assert (mrr, clients, loss, churns) == (mrr_now, clients_now, known_loss, known_churns)
    assert min(row[2] for row in rows) < 0
