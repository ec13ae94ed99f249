"""The demo data: the same bytes again, every rule broken, and a ledger that tells the truth."""

import csv
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from active_clients.demo_data import generate
from active_clients.demo_data.contract import DAY_DATE, FLAG, NUMBER, RATE, STAMP, TABLES, WHOLE

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "seeds" / "demo"
LEDGER = ROOT / "tests" / "fixtures" / "demo_ledger"
Row = dict[str, str]

MAIN_TIME = {
    "clients": "created_at",
    "users": "created_at",
    "touchpoints": "occurred_at",
    "offers": "offered_at",
    "referrals": "referred_at",
    "usage_events": "occurred_at",
    "subscriptions": "started_at",
    "invoices": "issued_at",
    "exchange_rates": "rate_date",
    "survey_invitations": "sent_at",
    "survey_responses": "responded_at",
    "tickets": "opened_at",
}
REQUIRED_NUMBERS = {"version", "unit_price", "rate", "score", ("invoices", "amount")}
SIGNED = {"rate", "score", "billing_interval_count", "plan_rank", ("invoices", "amount")}
ENDS = {
    "offers": ("expires_at", "redeemed_at"),
    "referrals": ("converted_at",),
    "subscriptions": ("ended_at",),
    "tickets": ("first_response_at", "resolved_at"),
    "survey_invitations": ("delivered_at",),
}
LISTS = {
    "relationship_type": ("contractual", "non_contractual"),
    "direction": ("outbound", "inbound"),
    "billing_interval": ("day", "week", "month", "quarter", "half_year", "year"),
    "discount_duration": ("once", "repeating", "forever"),
    "survey_type": ("nps", "csat", "ces"),
    "survey_purpose": ("relational", "transactional"),
    "priority": ("low", "normal", "high", "urgent"),
    ("subscriptions", "status"): ("trialing", "active", "past_due", "paused", "canceled"),
    ("invoices", "status"): ("open", "paid", "void", "uncollectible", "refunded"),
}
REQUIRED_VALUES = {"direction", "status", "survey_type"}
SELF = {
    "clients": ("client_id", "merged_into_client_id"),
    "users": ("user_id", "merged_into_user_id"),
    "referrals": ("referrer_client_id", "referred_client_id"),
}
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def number(text: str, whole: bool) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or (whole and value != math.floor(value)):
        return None
    return value


class Rules:
    """The rejection rules in plain words, apart from those that need other rows."""

    def __init__(self, table: str, row: Row) -> None:
        self.table, self.row = table, {name: cell.strip() for name, cell in row.items()}
        self.kinds = TABLES[table].columns

    def reasons(self) -> set[str]:
        return set(self._missing()) | set(self._times()) | set(self._values())

    def get(self, names: Collection[object], column: str) -> bool:
        return column in names or (self.table, column) in names

    def _missing(self) -> Iterator[str]:
        row, table = self.row, self.table
        yield from (f"missing_key:{name}" for name in TABLES[table].key if not row[name])
        client = "referrer_client_id" if table == "referrals" else "client_id"
        if table != "clients" and client in row and not row[client]:
            yield f"missing_client:{client}"
        if table == "usage_events" and not row["user_id"]:
            yield "missing_user:user_id"
        if table == "usage_events" and not row["event_name"]:
            yield "missing_event_name:event_name"
        if instant(row["loaded_at"]) is None:
            yield "missing_loaded_at:loaded_at"

    def _times(self) -> Iterator[str]:
        row, main = self.row, MAIN_TIME.get(self.table)
        for name, kind in self.kinds.items():
            if kind in (STAMP, DAY_DATE) and name != "loaded_at":
                if row[name] and instant(row[name]) is None:
                    yield f"invalid_time:{name}"
                if name == main and not row[name]:
                    yield f"invalid_time:{name}"
        start = instant(row[main]) if main else None
        if start is None:
            return
        if start < datetime(2000, 1, 1):
            yield f"time_too_old:{main}"
        loaded = instant(row["loaded_at"])
        is_checked = self.table not in ("subscriptions", "exchange_rates")
        if is_checked and loaded and start > loaded + timedelta(minutes=10):
            yield f"occurs_after_load:{main}"
        for name in ENDS.get(self.table, ()):
            end = instant(row[name])
            if end and end < start:
                yield f"ends_before_start:{name}"

    def _values(self) -> Iterator[str]:
        row = self.row
        for name, kind in self.kinds.items():
            cell = row[name]
            if kind in (NUMBER, RATE, WHOLE):
                yield from self._number(name, cell, kind == WHOLE)
            if kind == FLAG and cell and cell.lower() not in ("true", "false"):
                yield f"invalid_value:{name}"
            allowed = LISTS.get(name) or LISTS.get((self.table, name))
            if allowed and (cell or name in REQUIRED_VALUES) and cell.lower() not in allowed:
                yield f"invalid_value:{name}"
            if name == "currency_code" and cell and not re.fullmatch("[A-Za-z]{3}", cell):
                yield f"invalid_value:{name}"
        if self.table in SELF:
            first, second = SELF[self.table]
            if row[first] and row[first] == row[second]:
                yield f"self_reference:{second}"

    def _number(self, name: str, cell: str, whole: bool) -> Iterator[str]:
        value = number(cell, whole)
        if value is None:
            if cell or self.get(REQUIRED_NUMBERS, name):
                yield f"invalid_number:{name}"
            return
        if value < 0 and not self.get(SIGNED, name):
            yield f"negative_number:{name}"
        if name == "billing_interval_count" and value < 1:
            yield f"invalid_value:{name}"
        if name == "discount_rate" and value > 1:
            yield f"invalid_value:{name}"
        if name == "rate" and value <= 0:
            yield f"rate_not_positive:{name}"
        scale = SCALES.get(self.row.get("survey_type", "").lower())
        if name == "score" and scale and not scale[0] <= value <= scale[1]:
            yield f"score_off_scale:{name}"


def own_verdicts() -> dict[str, list[tuple[Row, set[str]]]]:
    """Judge every row of the demo by the rules, independently of the simulation."""
    tables = {name: read(DEMO / f"{name}.csv") for name in TABLES}
    judged = {
        name: [(row, Rules(name, row).reasons()) for row in rows] for name, rows in tables.items()
    }
    clients = {row["client_id"] for row, reasons in judged["clients"] if not reasons}
    rates: dict[str, list[datetime]] = defaultdict(list)
    for row, reasons in judged["exchange_rates"]:
        if not reasons:
            rates[row["currency_code"]].append(datetime.fromisoformat(row["rate_date"]))
    for name, rows in judged.items():
        for row, reasons in rows:
            column = "referrer_client_id" if name == "referrals" else "client_id"
            client = row.get(column, "").strip()
            if name != "clients" and client and client not in clients:
                reasons.add(f"unknown_client:{column}")
            if name in ("subscriptions", "invoices", "offers"):
                currency = row["currency_code"].strip().upper() or "USD"
                moment = instant(row[MAIN_TIME[name]])
                is_code = re.fullmatch("[A-Z]{3}", currency)
                is_foreign = currency != "USD" and is_code
                if is_foreign and moment and not has_rate(rates[currency], moment):
                    reasons.add("missing_exchange_rate:currency_code")
    mark_overlaps(judged["subscriptions"])
    return judged


def has_rate(days: list[datetime], moment: datetime) -> bool:
    return any(day <= moment for day in days)


def mark_overlaps(rows: list[tuple[Row, set[str]]]) -> None:
    latest: dict[tuple[str, int], tuple[Row, set[str]]] = {}
    for row, reasons in sorted(rows, key=lambda item: item[0]["loaded_at"]):
        if not reasons:
            latest[row["subscription_id"], int(row["version"])] = (row, reasons)
    highest: dict[str, str] = {}
    for (subscription, _), (row, reasons) in sorted(latest.items()):
        if row["started_at"] < highest.get(subscription, ""):
            reasons.add("overlapping_version:started_at")
        highest[subscription] = max(highest.get(subscription, ""), row["started_at"])


def test_small_set_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    arguments = ["--output", str(tmp_path / "demo"), "--ledger", str(ledger)]
    assert generate.main(arguments, standalone_mode=False) == 0
    for folder, again in ((DEMO, tmp_path / "demo"), (LEDGER, ledger)):
        names = sorted(path.name for path in again.iterdir())
        for name in names:
            assert (folder / name).read_bytes() == (again / name).read_bytes(), name
    assert sorted(path.stem for path in (tmp_path / "demo").iterdir()) == sorted(TABLES)


def test_small_set_stays_small() -> None:
    assert sum((DEMO / f"{name}.csv").stat().st_size for name in TABLES) < 3_000_000
    assert sum(path.stat().st_size for path in LEDGER.iterdir()) < 400_000


def test_every_rule_occurs_and_few_rows_break_one() -> None:
    rules = {row["rejection_rule"] for row in read(ROOT / "seeds/reference/rejection_rules.csv")}
    rows = read(LEDGER / "row_dispositions.csv")
    found = {part.split(":")[0] for row in rows for part in row["reasons"].split(",") if part}
    # No company of the demo's size has amounts that are too large to be counted.
    assert found == rules - {"amount_too_large"}
    totals = read(LEDGER / "table_totals.csv")
    assert all(int(row["quarantined"]) > 0 for row in totals)
    bad, raw = (sum(int(row[name]) for row in totals) for name in ("quarantined", "raw"))
    assert bad / raw < 0.03


def test_ledger_agrees_with_the_rules_read_from_the_files() -> None:
    order = {
        row["rejection_rule"]: int(row["rule_number"])
        for row in read(ROOT / "seeds/reference/rejection_rules.csv")
    }
    expected: Counter[tuple[str, ...]] = Counter()
    for name, rows in own_verdicts().items():
        keys = TABLES[name].key
        good: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row, reasons in rows:
            key = "|".join(row[column] for column in keys)
            if reasons:
                columns = list(TABLES[name].columns)
                places = {
                    reason: (order[rule], columns.index(column))
                    for reason in reasons
                    for rule, column in [reason.split(":")]
                }
                text = ",".join(sorted(places, key=places.__getitem__))
                expected[name, key, row["loaded_at"], "quarantined", text] += 1
                continue
            day = str(instant(row["occurred_at"]))[:10] if name == "usage_events" else ""
            good[key, day].append(row)
        for (key, _), found in good.items():
            found.sort(key=lambda row: row["loaded_at"], reverse=name != "usage_events")
            for row in found[1:]:
                expected[name, key, row["loaded_at"], "duplicate", ""] += 1
    ledger = read(LEDGER / "row_dispositions.csv")
    assert Counter(tuple(row.values()) for row in ledger) == expected


def test_client_months_agree_with_the_accepted_events() -> None:
    truths = json.loads((LEDGER / "truths.json").read_text())
    merged, merged_users = truths["clients"]["merged"], truths["clients"]["merged_users"]
    staff = set(truths["clients"]["internal_users"])
    counts: dict[tuple[str, str], list[set[str]]] = defaultdict(lambda: [set(), set(), set()])
    recent = set()
    for row, reasons in own_verdicts()["usage_events"]:
        client, day = row["client_id"].strip(), str(instant(row["occurred_at"]))[:10]
        while client in merged:
            client = merged[client]
        is_core = row["event_name"] not in truths["non_core_events"]
        if reasons or row["user_id"] in staff or not is_core or day > truths["as_of_date"]:
            continue
        if client in truths["clients"]["internal"]:
            continue
        user = merged_users.get(row["user_id"], row["user_id"])
        found = counts[client, day[:8] + "01"]
        for place, value in enumerate((row["event_id"] + day, user, day)):
            found[place].add(value)
        if day > "2025-06-02":
            recent.add(client)
    own = {key: tuple(len(values) for values in found) for key, found in counts.items()}
    ledger = {
        (row["client_id"], row["month"]): tuple(int(row[name]) for name in list(row)[3:])
        for row in read(LEDGER / "client_months.csv")
    }
    assert {key: value for key, value in ledger.items() if value[0]} == own
    assert sorted(recent) == truths["active_client_ids_28_days"]


SHARE = {
    "week": Fraction(52, 12),
    "month": Fraction(1),
    "quarter": Fraction(1, 3),
    "half_year": Fraction(1, 6),
    "year": Fraction(1, 12),
}


def monthly_revenue(row: Row, day: datetime) -> Fraction:
    """MRR at the end of a day in the row's currency, from whole days."""
    start, end, trial = (row[name][:10] for name in ("started_at", "ended_at", "trial_ends_at"))
    today = day.strftime("%Y-%m-%d")
    if start > today or (end and end <= today) or (trial and trial > today):
        return Fraction(0)
    grace = datetime.fromisoformat(start) + timedelta(days=30)
    if row["status"] != "active" and not (row["status"] == "past_due" and day < grace):
        return Fraction(0)
    share = SHARE[row["billing_interval"]] / int(row["billing_interval_count"])
    discount = Fraction(row["discount_rate"] or 0)
    factor = 1 - discount if row["discount_duration"] in ("", "forever") else Fraction(1)
    return Fraction(row["quantity"]) * Fraction(row["unit_price"]) * share * factor


def accepted(table: str) -> list[Row]:
    """The latest valid delivery of every key."""
    latest: dict[tuple[str, ...], Row] = {}
    rows = [row for row, reasons in own_verdicts()[table] if not reasons]
    for row in sorted(rows, key=lambda row: row["loaded_at"]):
        latest[tuple(row[name] for name in TABLES[table].key)] = row
    return list(latest.values())


def test_client_months_agree_with_the_accepted_subscriptions() -> None:
    truths = json.loads((LEDGER / "truths.json").read_text())["clients"]
    rates = sorted(accepted("exchange_rates"), key=lambda row: row["rate_date"])
    subscriptions: dict[str, list[Row]] = defaultdict(list)
    for row in accepted("subscriptions"):
        client = row["client_id"]
        while client in truths["merged"]:
            client = truths["merged"][client]
        subscriptions[client].append(row)
    for row in read(LEDGER / "client_months.csv"):
        first = datetime.fromisoformat(row["month"])
        day = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        total = Fraction(0)
        for item in subscriptions[row["client_id"]]:
            known = [
                rate["rate"]
                for rate in rates
                if rate["currency_code"] == item["currency_code"]
                and rate["rate_date"] <= day.strftime("%Y-%m-%d")
            ]
            rate = Fraction(known[-1]) if item["currency_code"] != "USD" else Fraction(1)
            total += monthly_revenue(item, day) * rate
        assert abs(total - Fraction(row["mrr"])) <= Fraction(1, 10_000), row


def test_planted_gaps_hold_in_the_events() -> None:
    truths = json.loads((LEDGER / "truths.json").read_text())["clients"]
    assert truths["resurrected"]
    days: dict[str, set[str]] = defaultdict(set)
    for row in read(DEMO / "usage_events.csv"):
        if row["occurred_at"][:2] == "20" and row["client_id"] in truths["resurrected"]:
            days[row["client_id"]].add(row["occurred_at"][:10])
    for client, gap in truths["resurrected"].items():
        first, last = gap["last_active_date"], gap["resurrected_date"]
        assert {first, last} <= days[client]
        assert not [day for day in days[client] if first < day < last]


def test_subscription_versions_never_overlap() -> None:
    rows = read(DEMO / "subscriptions.csv")
    bad = {
        (row["row_key"], row["loaded_at"])
        for row in read(LEDGER / "row_dispositions.csv")
        if row["table_name"] == "subscriptions"
    }
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        key = f"{row['subscription_id']}|{row['version']}"
        if (key, row["loaded_at"]) not in bad:
            versions[row["subscription_id"]].append(row)
    for found in versions.values():
        found.sort(key=lambda row: int(row["version"]))
        for before, after in pairwise(found):
            assert before["ended_at"], before
            assert before["started_at"] < before["ended_at"] <= after["started_at"], after


def test_bulk_events_match_the_totals(tmp_path: Path) -> None:
    arguments = ["--clients", "100", "--months", "12", "--events", "200000"]
    arguments += ["--format", "parquet", "--output", str(tmp_path)]
    assert generate.main(arguments, standalone_mode=False) == 0
    totals = {row["table_name"]: row for row in read(tmp_path / "ledger" / "table_totals.csv")}
    with duckdb.connect() as connection:
        for name, row in totals.items():
            source = f"read_parquet('{tmp_path}/**/{name}*.parquet')"
            count = connection.execute(f"select count(*) from {source}").fetchall()[0][0]
            assert count == int(row["raw"]), name
            assert count == sum(int(row[k]) for k in ("accepted", "duplicate", "quarantined"))
        events = f"read_parquet('{tmp_path}/**/usage_events*.parquet')"
        described = connection.execute(f"describe select * from {events}").fetchall()
        assert {row[0]: row[1] for row in described} == TABLES["usage_events"].columns
        query = f"""
            select count(distinct (event_id, cast(occurred_at as date))) from {events}
            where event_id is not null and client_id is not null and user_id is not null
                and event_name is not null and loaded_at is not null
                and occurred_at between timestamp '2000-01-01' and loaded_at + interval 10 minute
                and coalesce(quantity, 0) >= 0 and client_id <> 'c9999999'
        """
        accepted = connection.execute(query).fetchall()[0][0]
    assert totals["usage_events"]["raw"] == "200000"
    assert accepted == int(totals["usage_events"]["accepted"])


def test_two_seeds_differ(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        arguments = ["--clients", "40", "--events", "2000", "--seed", seed]
        arguments += ["--output", str(tmp_path / seed)]
        assert generate.main(arguments, standalone_mode=False) == 0
    for name in ("clients", "subscriptions", "usage_events"):
        first, second = ((tmp_path / seed / f"{name}.csv").read_bytes() for seed in "12")
        assert first != second, name


@pytest.mark.parametrize("arguments", [["--clients", "3"], ["--events", "10"], ["--months", "0"]])
def test_impossible_sizes_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        generate.main(arguments)
    assert "is not in the range" in capsys.readouterr().err
