"""The tables of the input contract, and the catalogue of the fictional company."""

from typing import NamedTuple

TEXT, STAMP, NUMBER, RATE = "VARCHAR", "TIMESTAMP", "DECIMAL(18,4)", "DECIMAL(18,8)"
WHOLE, FLAG, DAY_DATE = "INTEGER", "BOOLEAN", "DATE"


class Table(NamedTuple):
    """One raw table: column types in delivery order, and its key columns."""

    columns: dict[str, str]
    key: tuple[str, ...]


def _table(key: str, columns: str) -> Table:
    kinds = {
        "t": TEXT,
        "s": STAMP,
        "n": NUMBER,
        "r": RATE,
        "w": WHOLE,
        "b": FLAG,
        "d": DAY_DATE,
    }
    typed = (column.split(":") for column in columns.split())
    names = {name: kinds[kind] for name, kind in typed}
    return Table({**names, "loaded_at": STAMP}, tuple(key.split()))


TABLES: dict[str, Table] = {
    "clients": _table(
        "client_id",
        "client_id:t client_name:t segment:t industry:t country_code:t acquisition_channel:t "
        "relationship_type:t owner_id:t acquisition_cost:n is_internal:b merged_into_client_id:t "
        "created_at:s",
    ),
    "touchpoints": _table(
        "touchpoint_id",
        "touchpoint_id:t client_id:t user_id:t channel:t direction:t topic:t occurred_at:s",
    ),
    "offers": _table(
        "offer_id",
        "offer_id:t client_id:t offer_type:t amount:n currency_code:t is_holdout:b offered_at:s "
        "expires_at:s redeemed_at:s",
    ),
    "referrals": _table(
        "referral_id",
        "referral_id:t referrer_client_id:t referred_client_id:t referred_at:s converted_at:s",
    ),
    "users": _table(
        "user_id",
        "user_id:t client_id:t email:t role:t is_internal:b merged_into_user_id:t created_at:s",
    ),
    "usage_events": _table(
        "event_id",
        "event_id:t client_id:t user_id:t event_name:t feature:t quantity:n occurred_at:s",
    ),
    "plan_features": _table("plan_id feature", "plan_id:t feature:t"),
    "plans": _table("plan_id", "plan_id:t plan_name:t plan_rank:w included_seats:w"),
    "subscriptions": _table(
        "subscription_id version",
        "subscription_id:t version:w client_id:t plan_id:t status:t quantity:n unit_price:n "
        "currency_code:t billing_interval:t billing_interval_count:w discount_rate:n "
        "discount_duration:t cancel_reason:t is_voluntary_cancel:b trial_ends_at:s started_at:s "
        "ended_at:s canceled_at:s",
    ),
    "invoices": _table(
        "invoice_id",
        "invoice_id:t client_id:t subscription_id:t amount:n currency_code:t status:t "
        "issued_at:s paid_at:s",
    ),
    "exchange_rates": _table("rate_date currency_code", "rate_date:d currency_code:t rate:r"),
    "survey_invitations": _table(
        "invitation_id",
        "invitation_id:t survey_id:t client_id:t user_id:t channel:t sent_at:s delivered_at:s",
    ),
    "survey_responses": _table(
        "response_id",
        "response_id:t invitation_id:t survey_id:t survey_type:t survey_purpose:t client_id:t "
        "user_id:t channel:t score:w comment:t responded_at:s",
    ),
    "tickets": _table(
        "ticket_id",
        "ticket_id:t client_id:t user_id:t priority:t topic:t opened_at:s first_response_at:s "
        "resolved_at:s",
    ),
}

REPORTING_CURRENCY = "USD"
COMPANY_DOMAIN = "brightledger.example"

PLANS = ("", "starter", "growth", "scale")
INCLUDED_SEATS = ("", "5", "25", "")
# Monthly list price of one seat in cents, by plan rank.
LIST_PRICE = {
    "USD": (0, 2000, 4500, 9000),
    "EUR": (0, 1900, 4200, 8400),
    "GBP": (0, 1600, 3600, 7200),
}

# (event_name, feature, smallest plan rank entitled); rank 0 stands for no feature.
EVENTS: tuple[tuple[str, str, int], ...] = (
    ("login", "", 0),
    ("page_viewed", "", 0),
    ("report_created", "reports", 1),
    ("dashboard_viewed", "dashboards", 1),
    ("comment_added", "comments", 1),
    ("invite_sent", "invitations", 1),
    ("onboarding_completed", "onboarding", 1),
    ("export_run", "exports", 2),
    ("integration_synced", "integrations", 2),
    ("alert_set", "alerts", 2),
    ("automation_run", "automations", 3),
    ("api_called", "api", 3),
)
EVENT_NUMBER = {name: number for number, (name, _, _) in enumerate(EVENTS)}
NON_CORE_EVENTS = ("login", "page_viewed")
IS_CORE = tuple(name not in NON_CORE_EVENTS for name, _, _ in EVENTS)

# Slots of 256 per plan rank; the last few slots are use beyond the plan's entitlement.
_EVENT_MIX = {
    1: "login 52 page_viewed 40 report_created 50 dashboard_viewed 76 comment_added 20 "
    "invite_sent 12 export_run 4 integration_synced 1 api_called 1",
    2: "login 40 page_viewed 32 report_created 40 dashboard_viewed 60 comment_added 18 "
    "invite_sent 8 export_run 26 integration_synced 20 alert_set 8 automation_run 3 api_called 1",
    3: "login 30 page_viewed 24 report_created 32 dashboard_viewed 48 comment_added 14 "
    "invite_sent 6 export_run 22 integration_synced 22 alert_set 10 automation_run 26 "
    "api_called 22",
}


def event_slots(rank: int) -> list[int]:
    """Return 256 event numbers; a uniform slot gives the event mix of a plan rank."""
    words = _EVENT_MIX[max(rank, 1)].split()
    slots = [
        EVENT_NUMBER[name]
        for name, share in zip(words[::2], words[1::2], strict=True)
        for _ in range(int(share))
    ]
    if len(slots) != 256:
        raise ValueError(f"the event mix of rank {rank} has {len(slots)} slots, not 256")
    return slots
