"""Rows that break one rule or several, each with the reasons it must be rejected for."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import NamedTuple

from .contract import REPORTING_CURRENCY, TABLES
from .raw_tables import RawTables, Values
from .timeline import DAY, EPOCH, Settings, time_text

OLD = "1998-03-04 05:06:07"
UNKNOWN_CLIENT = "c9999999"
# The id of a client of which only unusable rows arrived.
REJECTED_CLIENT = "cx-rejected"

Change = Values | Callable[[Values, int], Values]


class Flaw(NamedTuple):
    """What to change in a good row, and why the result is rejected."""

    reasons: str
    change: Change
    keeps_key: bool = False
    copies: int = 0


def _later_than_load(column: str) -> Change:
    def change(row: Values, arrival: int) -> Values:
        return {column: time_text(arrival + 2 * 3600)}

    return change


def _before(column: str, start: str) -> Change:
    """Set a time two days before the time of another column, which must be no zoned text."""

    def change(row: Values, arrival: int) -> Values:
        moment = _seconds(row[start])
        return {column: time_text(moment - 2 * DAY), start: time_text(moment)}

    return change


def _seconds(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=None) - datetime(
        EPOCH.year, EPOCH.month, EPOCH.day
    )
    return moment.days * DAY + moment.seconds


def _common(client: str, time: str) -> list[Flaw]:
    """Return the flaws of a table with a client and one main time."""
    return [
        Flaw(f"missing_client:{client}", {client: ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": "soon"}),
        Flaw(f"invalid_time:{time}", {time: ""}),
        Flaw(f"invalid_time:{time}", {time: "not a time"}),
        Flaw(f"invalid_time:{time}", {time: "infinity"}, keeps_key=True),
        Flaw(f"time_too_old:{time}", {time: OLD}),
        Flaw(f"occurs_after_load:{time}", _later_than_load(time)),
        Flaw(f"unknown_client:{client}", {client: UNKNOWN_CLIENT}),
        Flaw(f"unknown_client:{client}", {client: REJECTED_CLIENT}),
        Flaw(
            f"missing_client:{client},invalid_time:{time}",
            {client: "  ", time: "2024-13-45 00:00:00"},
        ),
    ]


FLAWS: dict[str, list[Flaw]] = {
    "clients": [
        Flaw("missing_key:client_id", {"client_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_time:created_at", {"created_at": "yesterday"}, keeps_key=True),
        Flaw("time_too_old:created_at", {"created_at": OLD}),
        Flaw("occurs_after_load:created_at", _later_than_load("created_at")),
        Flaw("invalid_number:acquisition_cost", {"acquisition_cost": "n/a"}),
        Flaw("negative_number:acquisition_cost", {"acquisition_cost": "-5.00"}, keeps_key=True),
        Flaw("invalid_value:relationship_type", {"relationship_type": "contract"}),
        Flaw("invalid_value:is_internal", {"is_internal": "maybe"}),
        Flaw("self_reference:merged_into_client_id",
             {"client_id": "cx-self", "merged_into_client_id": "cx-self"}),
        Flaw("invalid_number:acquisition_cost,invalid_value:relationship_type",
             {"client_id": REJECTED_CLIENT, "acquisition_cost": "NaN",
              "relationship_type": "friend"}),
        Flaw("missing_loaded_at:loaded_at,invalid_time:created_at,negative_number:acquisition_cost",
             {"client_id": REJECTED_CLIENT, "loaded_at": "", "created_at": "",
              "acquisition_cost": "-1"}),
    ],
    "touchpoints": [
        Flaw("missing_key:touchpoint_id", {"touchpoint_id": ""}),
        *_common("client_id", "occurred_at"),
        Flaw("invalid_value:direction", {"direction": "sideways"}),
        Flaw("invalid_value:direction", {"direction": ""}),
    ],
    "offers": [
        Flaw("missing_key:offer_id", {"offer_id": " "}),
        Flaw("missing_client:client_id", {"client_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_time:expires_at", {"expires_at": "never"}),
        Flaw("time_too_old:offered_at", {"offered_at": OLD, "currency_code": "USD"}),
        Flaw("occurs_after_load:offered_at", _later_than_load("offered_at")),
        Flaw("ends_before_start:expires_at", _before("expires_at", "offered_at")),
        Flaw("ends_before_start:redeemed_at", _before("redeemed_at", "offered_at")),
        Flaw("invalid_number:amount", {"amount": "ten"}),
        Flaw("negative_number:amount", {"amount": "-10.00"}),
        Flaw("invalid_value:is_holdout", {"is_holdout": "perhaps"}),
        Flaw("invalid_value:currency_code", {"currency_code": "EURO"}),
        Flaw("unknown_client:client_id", {"client_id": UNKNOWN_CLIENT}),
        Flaw("missing_exchange_rate:currency_code", {"currency_code": "CHF"}),
    ],
    "referrals": [
        Flaw("missing_key:referral_id", {"referral_id": ""}),
        Flaw("missing_client:referrer_client_id", {"referrer_client_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_time:referred_at", {"referred_at": "32.01.2025"}),
        Flaw("time_too_old:referred_at", {"referred_at": OLD}),
        Flaw("occurs_after_load:referred_at", _later_than_load("referred_at")),
        Flaw("ends_before_start:converted_at", _before("converted_at", "referred_at")),
        Flaw("self_reference:referred_client_id",
             lambda row, _: {"referred_client_id": row["referrer_client_id"]}),
        Flaw("unknown_client:referrer_client_id", {"referrer_client_id": UNKNOWN_CLIENT}),
    ],
    "users": [
        Flaw("missing_key:user_id", {"user_id": ""}),
        *_common("client_id", "created_at"),
        Flaw("invalid_value:is_internal", {"is_internal": "oui"}),
        Flaw("self_reference:merged_into_user_id",
             {"user_id": "ux-self", "merged_into_user_id": "ux-self"}),
    ],
    "usage_events": [
        Flaw("missing_key:event_id", {"event_id": ""}),
        *_common("client_id", "occurred_at"),
        Flaw("missing_user:user_id", {"user_id": ""}),
        Flaw("missing_user:user_id", {"user_id": ""}, keeps_key=True),
        Flaw("missing_event_name:event_name", {"event_name": ""}),
        Flaw("invalid_number:quantity", {"quantity": "many"}),
        Flaw("invalid_number:quantity", {"quantity": "inf"}),
        Flaw("negative_number:quantity", {"quantity": "-3"}),
        Flaw("missing_client:client_id,missing_user:user_id,missing_event_name:event_name",
             {"client_id": "", "user_id": "", "event_name": " "}),
        Flaw("negative_number:quantity,unknown_client:client_id",
             {"quantity": "-1", "client_id": UNKNOWN_CLIENT}),
    ],
    "plan_features": [
        Flaw("missing_key:feature", {"feature": ""}),
        Flaw("missing_key:plan_id", {"plan_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"feature": "beta", "loaded_at": ""}),
    ],
    "plans": [
        Flaw("missing_key:plan_id", {"plan_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_number:plan_rank", {"plan_rank": "first"}),
        Flaw("negative_number:included_seats", {"included_seats": "-5"}),
    ],
    "subscriptions": [
        Flaw("missing_key:subscription_id", {"subscription_id": ""}),
        Flaw("missing_key:version,invalid_number:version", {"version": ""}, copies=1),
        Flaw("missing_client:client_id", {"client_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_time:started_at", {"started_at": ""}),
        Flaw("invalid_time:ended_at", {"ended_at": "-infinity"}),
        Flaw("time_too_old:started_at", {"started_at": OLD, "currency_code": "USD"}),
        Flaw("ends_before_start:ended_at", _before("ended_at", "started_at")),
        Flaw("invalid_number:unit_price", {"unit_price": ""}),
        Flaw("invalid_number:quantity", {"quantity": "five"}, keeps_key=True),
        Flaw("invalid_number:billing_interval_count", {"billing_interval_count": "1.5"}, copies=1),
        Flaw("negative_number:unit_price", {"unit_price": "-20.00"}),
        Flaw("negative_number:discount_rate", {"discount_rate": "-0.1"}),
        Flaw("invalid_value:status", {"status": "running"}),
        Flaw("invalid_value:billing_interval", {"billing_interval": "fortnight"}),
        Flaw("invalid_value:discount_rate", {"discount_rate": "1.5"}),
        Flaw("invalid_value:discount_duration", {"discount_duration": "always"}, copies=1),
        Flaw("invalid_value:currency_code", {"currency_code": "US"}, copies=1),
        Flaw("invalid_value:billing_interval_count", {"billing_interval_count": "0"}, copies=1),
        Flaw("negative_number:version", {"version": "-1"}, copies=1),
        Flaw("invalid_value:is_voluntary_cancel", {"is_voluntary_cancel": "unsure"}, copies=1),
        Flaw("unknown_client:client_id", {"client_id": UNKNOWN_CLIENT}),
        Flaw("missing_exchange_rate:currency_code", {"currency_code": "JPY"}),
        Flaw("missing_exchange_rate:currency_code", {"currency_code": "EUR",
             "started_at": "2016-02-03 00:00:00", "ended_at": "2016-03-03 00:00:00"}, copies=1),
        Flaw("missing_client:client_id,invalid_number:unit_price,invalid_value:status",
             {"client_id": "", "unit_price": "free", "status": "gone"}),
    ],
    "invoices": [
        Flaw("missing_key:invoice_id", {"invoice_id": ""}),
        *_common("client_id", "issued_at"),
        Flaw("invalid_number:amount", {"amount": ""}),
        Flaw("invalid_number:amount", {"amount": "1,000"}),
        Flaw("invalid_value:status", {"status": "sent"}),
        Flaw("invalid_value:currency_code", {"currency_code": "$"}),
        Flaw("missing_exchange_rate:currency_code", {"currency_code": "CHF"}),
    ],
    "exchange_rates": [
        Flaw("missing_key:currency_code", {"currency_code": ""}),
        Flaw("missing_key:rate_date,invalid_time:rate_date", {"rate_date": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_time:rate_date", {"rate_date": "2024-02-31"}),
        Flaw("time_too_old:rate_date", {"rate_date": "1998-01-01"}),
        Flaw("invalid_number:rate", {"rate": ""}),
        Flaw("invalid_number:rate", {"rate": "parity"}),
        Flaw("invalid_value:currency_code", {"currency_code": "EURO"}),
        Flaw("rate_not_positive:rate", {"rate": "0"}),
        Flaw("rate_not_positive:rate", {"rate": "-1.1"}),
        Flaw("rate_not_positive:rate", {"rate": "0.0000"}),
    ],
    "survey_invitations": [
        Flaw("missing_key:invitation_id", {"invitation_id": ""}),
        *_common("client_id", "sent_at"),
        Flaw("ends_before_start:delivered_at", _before("delivered_at", "sent_at")),
    ],
    "survey_responses": [
        Flaw("missing_key:response_id", {"response_id": ""}),
        Flaw("missing_client:client_id", {"client_id": ""}),
        Flaw("missing_loaded_at:loaded_at", {"loaded_at": ""}),
        Flaw("invalid_time:responded_at", {"responded_at": "a while ago"}),
        Flaw("time_too_old:responded_at", {"responded_at": OLD}),
        Flaw("occurs_after_load:responded_at", _later_than_load("responded_at")),
        Flaw("invalid_number:score", {"score": ""}),
        Flaw("invalid_number:score", {"score": "9.5"}),
        Flaw("invalid_value:survey_type", {"survey_type": "stars"}),
        Flaw("invalid_value:survey_purpose", {"survey_purpose": "sales"}),
        Flaw("score_off_scale:score", {"survey_type": "nps", "score": "11"}, copies=2),
        Flaw("score_off_scale:score", {"survey_type": "nps", "score": "-1"}),
        Flaw("score_off_scale:score", {"survey_type": "csat", "score": "0"}),
        Flaw("score_off_scale:score", {"survey_type": "ces", "score": "8"}, keeps_key=True),
        Flaw("unknown_client:client_id", {"client_id": UNKNOWN_CLIENT}),
        Flaw("score_off_scale:score,unknown_client:client_id",
             {"survey_type": "csat", "score": "6", "client_id": UNKNOWN_CLIENT}),
    ],
    "tickets": [
        Flaw("missing_key:ticket_id", {"ticket_id": ""}),
        *_common("client_id", "opened_at")[:-1],
        Flaw("ends_before_start:first_response_at", _before("first_response_at", "opened_at")),
        Flaw("ends_before_start:resolved_at", _before("resolved_at", "opened_at")),
        Flaw("invalid_value:priority", {"priority": "immediate"}),
    ],
}  # fmt: skip
# A flaw of these tables is planted so many times, unless it says otherwise.
COPIES = {"usage_events": 9, "subscriptions": 3, "invoices": 3, "survey_invitations": 3}
# An end that comes before the start of another flaw would add a reason of its own.
CLEARED = {
    "subscriptions": ("trial_ends_at", "ended_at", "canceled_at", "cancel_reason",
                      "is_voluntary_cancel"),
    "tickets": ("first_response_at", "resolved_at"),
    "offers": ("expires_at", "redeemed_at"),
    "referrals": ("converted_at", "referred_client_id"),
    "survey_invitations": ("delivered_at",),
    "clients": ("merged_into_client_id",),
    "users": ("merged_into_user_id",),
}  # fmt: skip
OVERLAPS = 3


def planted_event_rows(typed: bool) -> int:
    """Return how many bad rows of usage_events will be planted."""
    probe = RawTables(typed)
    flaws = FLAWS["usage_events"]
    row = dict.fromkeys(TABLES["usage_events"].columns, "")
    for flaw in flaws:
        change = flaw.change if isinstance(flaw.change, dict) else {}
        for _ in range(flaw.copies or COPIES["usage_events"]):
            probe.add("usage_events", {**row, **change}, 0, "quarantined", flaw.reasons)
    return probe.totals["usage_events"]["quarantined"]


def plant_bad_rows(settings: Settings, raw: RawTables, tables: list[str]) -> None:
    """Plant every flaw of the tables on copies of good rows."""
    for table in tables:
        rng = Random(f"{settings.seed}:flaws:{table}")
        for number, flaw in enumerate(FLAWS[table]):
            for copy in range(flaw.copies or COPIES.get(table, 1)):
                _plant(raw, rng, table, flaw, f"{number + 1}-{copy + 1}")
    if "subscriptions" in tables:
        _plant_overlaps(settings, raw)


def _plant(raw: RawTables, rng: Random, table: str, flaw: Flaw, suffix: str) -> None:
    arrival, good = rng.choice(raw.templates[table])
    row = {name: cell for name, cell in good.items() if name != "loaded_at"}
    row |= dict.fromkeys(CLEARED.get(table, ()), "")
    first_key = TABLES[table].key[0]
    if table not in ("exchange_rates", "plan_features") and not flaw.keeps_key:
        row[first_key] = f"{table[0]}x{suffix}"
    if "currency_code" in row and table != "exchange_rates":
        row["currency_code"] = REPORTING_CURRENCY
    changed = flaw.change if isinstance(flaw.change, dict) else flaw.change(row, arrival)
    raw.add(table, {**row, **changed}, arrival, "quarantined", flaw.reasons)


def _plant_overlaps(settings: Settings, raw: RawTables) -> None:
    """Plant the only version of a subscription, and a next one that starts before it."""
    for number, (arrival, good) in enumerate(raw.templates["subscriptions"][5 : 5 + OVERLAPS]):
        row = {name: cell for name, cell in good.items() if name != "loaded_at"}
        row |= dict.fromkeys(CLEARED["subscriptions"], "")
        row.update(subscription_id=f"sx-overlap-{number + 1}", status="paused")
        row.update(currency_code=REPORTING_CURRENCY, version="1")
        start = _seconds(row["started_at"])
        raw.add("subscriptions", row, arrival, "accepted")
        early = {**row, "version": "2", "started_at": time_text(start - 3 * DAY)}
        later = min(arrival + DAY, settings.last_load)
        raw.add("subscriptions", early, later, "quarantined", "overlapping_version:started_at")
