"""Clients and users of the company: who they are, and which role the story gives them."""

from dataclasses import dataclass, field
from random import Random

from .contract import COMPANY_DOMAIN
from .timeline import DAY, Settings

SEGMENTS = (("smb", 55), ("mid_market", 30), ("enterprise", 15))
# Beta(a, b) of the churn hazard per renewal; whole numbers allow an exact draw.
HAZARD_BETA = {
    ("smb", "month"): (1, 14),
    ("mid_market", "month"): (1, 29),
    ("enterprise", "month"): (1, 39),
    ("smb", "year"): (2, 5),
    ("mid_market", "year"): (1, 5),
    ("enterprise", "year"): (1, 8),
}
# Multipliers of the hazard, in percent.
ONBOARDED_HAZARD, NOT_ONBOARDED_HAZARD = 60, 200
ONBOARDING_DAYS = 14

INDUSTRIES = ("software", "retail", "logistics", "health", "finance", "education", "media")
COUNTRIES = {"USD": ("US", "CA"), "EUR": ("DE", "FR", "NL", "ES"), "GBP": ("GB", "IE")}
CHANNELS = (("organic", 38), ("paid", 28), ("partner", 16), ("referral", 18))
NAME_STARTS = ("Alder", "Birch", "Cobalt", "Delta", "Ember", "Falcon", "Granite", "Harbor",
               "Iris", "Juniper", "Kestrel", "Lumen", "Maple", "Nimbus", "Onyx",
               "Pioneer")  # fmt: skip
NAME_ENDS = ("Works", "Logistics", "Studios", "Health", "Retail", "Systems", "Foods", "Labs",
             "Partners", "Energy", "Media")  # fmt: skip


def pick(rng: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    """Draw a value by whole-number weights."""
    draw = rng.randrange(sum(weight for _, weight in weighted))
    for value, weight in weighted:
        draw -= weight
        if draw < 0:
            return value
    raise AssertionError("weights are exhausted")


def chance(rng: Random, permille: int) -> bool:
    """Return True so many times of a thousand."""
    return rng.randrange(1000) < permille


def beta_millionths(rng: Random, a: int, b: int) -> int:
    """Draw from Beta(a, b) in millionths: the a-th smallest of a + b - 1 uniform draws."""
    return sorted(rng.randrange(1_000_000) for _ in range(a + b - 1))[a - 1]


@dataclass(slots=True)
class Version:
    """One version of a subscription, as known at the end of the data; instants in seconds."""

    subscription_id: str
    number: int
    rank: int
    status: str
    quantity: int
    unit_price: int
    currency: str
    interval: str
    interval_count: int
    discount_percent: int
    discount_duration: str
    trial_ends: int | None
    started: int
    ended: int | None = None
    canceled: int | None = None
    reason: str = ""
    voluntary: bool | None = None


@dataclass(slots=True)
class Offer:
    """One offer drawn for a client; `outcome` is the upgrade or renewal it aimed at."""

    kind: str
    is_holdout: bool
    offered: int
    redeemed: int | None
    outcome: bool


@dataclass(slots=True)
class User:
    """A person at a client; `merged_into` is the number of another user."""

    number: int
    user_id: str
    created: int
    email: str
    role: str
    is_internal: bool = False
    merged_into: int | None = None
    merged_at: int | None = None


@dataclass(slots=True)
class Client:
    """A company; `levels` holds its usage intensity per day of the data, 100 is usual."""

    index: int
    client_id: str
    name: str
    segment: str
    currency: str
    country: str
    industry: str
    channel: str
    role: str
    owner: str
    created: int
    weight: int
    interval: str
    is_contractual: bool = True
    theta: int = 0
    onboarded: int | None = None
    merged_into: int | None = None
    merged_at: int | None = None
    versions: list[Version] = field(default_factory=list)
    # Moment, hazard in millionths and loss of every renewal that was drawn.
    renewals: list[tuple[int, int, bool]] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    levels: bytearray = field(default_factory=bytearray)
    ranks: bytearray = field(default_factory=bytearray)
    gap: tuple[int, int] | None = None
    silent_from: int | None = None

    @property
    def is_internal(self) -> bool:
        """Whether the client is the company's own."""
        return self.role == "internal"

    @property
    def created_day(self) -> int:
        """The day the client came to be."""
        return self.created // DAY

    @property
    def onboarded_in_time(self) -> bool:
        """Whether onboarding was completed within the days that matter."""
        limit = self.created + ONBOARDING_DAYS * DAY
        return self.onboarded is not None and self.onboarded < limit


def assign_roles(settings: Settings) -> dict[int, str]:
    """Give some clients a part in the story; everyone else is `plain`."""
    rng = Random(f"{settings.seed}:roles")
    order = list(range(settings.clients))
    rng.shuffle(order)
    count = settings.clients
    story = (
        ("champion", 1),
        ("internal", max(2, count // 60)),
        ("merged", max(4, count // 30)),
        ("non_contractual", max(3, count // 18)),
        ("resurrected", max(3, count // 30) if settings.months >= 12 else 0),
        ("second_subscription", max(3, count // 18)),
        ("scheduled_cancel", max(2, count // 50)),
        ("past_due_now", max(1, count // 75)),
    )
    names = [name for name, number in story for _ in range(number)]
    return dict(zip(order, names, strict=False))


def make_clients(settings: Settings) -> list[Client]:
    """Draw all clients with their users, before any subscription."""
    roles = assign_roles(settings)
    clients = [_make_client(settings, n, roles.get(n, "plain")) for n in range(settings.clients)]
    _merge_clients(settings, clients, roles)
    number = 0
    for client in clients:
        rng = Random(f"{settings.seed}:users:{client.index}")
        count = _user_count(rng, settings.users_per_client, client)
        client.users = _make_users(rng, settings, client, number, count)
        number += count
    _mark_users(settings, clients)
    return clients


def _make_client(settings: Settings, index: int, role: str) -> Client:
    rng = Random(f"{settings.seed}:client:{index}")
    segment = pick(rng, SEGMENTS)
    currency = pick(rng, (("USD", 62), ("EUR", 24), ("GBP", 14)))
    width = max(3, len(str(settings.clients)))
    size = {"smb": 8, "mid_market": 20, "enterprise": 45}[segment]
    client = Client(
        index=index,
        client_id=f"c{index + 1:0{width}d}",
        name=f"{rng.choice(NAME_STARTS)} {rng.choice(NAME_ENDS)} {index + 1}",
        segment=segment,
        currency=currency,
        country=rng.choice(COUNTRIES[currency]),
        industry=rng.choice(INDUSTRIES),
        channel=pick(rng, CHANNELS),
        role=role,
        owner=f"o{rng.randrange(1, 7)}",
        created=_creation(rng, settings, role),
        # One over a uniform draw is a Pareto tail without a power function.
        weight=size * 1000 // (25 + rng.randrange(975)),
        interval="year" if chance(rng, 330 if segment != "smb" else 180) else "month",
        is_contractual=role != "non_contractual",
        levels=bytearray(settings.day_count),
        ranks=bytearray(settings.day_count),
    )
    if role in ("champion", "resurrected"):
        client.interval = "month"
        client.weight = max(client.weight, 60)
    client.theta = beta_millionths(rng, *HAZARD_BETA[segment, client.interval])
    client.onboarded = _onboarding(rng, settings, client)
    return client


def _creation(rng: Random, settings: Settings, role: str) -> int:
    window = settings.last_day - settings.first_day
    if role in ("champion", "resurrected", "second_subscription", "scheduled_cancel", "merged"):
        day = settings.first_day + 2 + rng.randrange(max(1, window // 5))
    elif chance(rng, 180):
        day = settings.first_day - 1 - rng.randrange(365)
    else:
        day = settings.first_day + rng.randrange(window - 3)
    return day * DAY + rng.randrange(7 * 60, 19 * 60) * 60 + rng.randrange(60)


def _onboarding(rng: Random, settings: Settings, client: Client) -> int | None:
    draw = rng.randrange(100)
    if draw < 58 or client.role in ("champion", "resurrected"):
        delay = rng.randrange(3 * 3600, 13 * DAY)
    elif draw < 75:
        delay = rng.randrange(16 * DAY, 60 * DAY)
    else:
        return None
    moment = client.created + delay
    return moment if moment < settings.end else None


def _merge_clients(settings: Settings, clients: list[Client], roles: dict[int, str]) -> None:
    """Merge each merged client into a plain one; the first two form the chain a -> b -> c."""
    rng = Random(f"{settings.seed}:merges")
    merged = sorted(index for index, role in roles.items() if role == "merged")
    plain = [client.index for client in clients if client.role == "plain"]
    rng.shuffle(plain)
    for position, index in enumerate(merged):
        target = merged[1] if position == 0 else plain[position]
        client = clients[index]
        client.merged_into = target
        later = max(client.created, clients[target].created) + rng.randrange(20, 90) * DAY
        client.merged_at = min(later, settings.end - DAY - rng.randrange(DAY))


def _user_count(rng: Random, mean: int, client: Client) -> int:
    scale = {"smb": 60, "mid_market": 120, "enterprise": 200}[client.segment]
    least = 2 if mean > 1 else 1
    return max(least, mean * scale * (40 + rng.randrange(120)) // 10_000)


def _make_users(
    rng: Random, settings: Settings, client: Client, first_number: int, count: int
) -> list[User]:
    room = max(1, settings.end - client.created - DAY)
    times = [client.created + min(60, room // 2)]
    for _ in range(count - 1):
        early = chance(rng, 600)
        times.append(client.created + rng.randrange(60, min(room, 20 * DAY) if early else room))
    users = []
    for place, created in enumerate(sorted(times)):
        number = first_number + place
        user_id = f"u{number + 1:04d}"
        role = "admin" if place == 0 else pick(rng, (("member", 70), ("viewer", 22), ("", 8)))
        email = f"{user_id}@{client.client_id}.example"
        users.append(User(number, user_id, created, email, role))
    return users


def _mark_users(settings: Settings, clients: list[Client]) -> None:
    """Mark internal, service and merged users, and the champion."""
    rng = Random(f"{settings.seed}:user-roles")
    for client in clients:
        if client.is_internal:
            for user in client.users:
                user.email = f"{user.user_id}@{COMPANY_DOMAIN}"
                user.is_internal = chance(rng, 500)
            continue
        if client.role == "champion":
            client.users[1].created = client.users[0].created + 60
            client.users[1].role = "champion"
            client.silent_from = settings.last_day - min(45, settings.day_count // 3)
            continue
        if len(client.users) < 3:
            continue
        last = client.users[-1]
        draw = rng.randrange(100)
        if draw < 9:
            last.is_internal = True
            last.email = f"{last.user_id}@{COMPANY_DOMAIN}"
        elif draw < 13:
            second = client.users[1]
            second.email = f"{second.user_id}@{COMPANY_DOMAIN}"
        elif draw < 24:
            last.merged_into = client.users[0].number
            merged_at = last.created + rng.randrange(10, 80) * DAY
            last.merged_at = merged_at if merged_at < settings.end - DAY else settings.end - 3600
        elif draw < 30:
            last.role = "service"
