"""Client relations: clients, users, tickets, touchpoints, offers and referrals as delivered."""

from random import Random

from .company import Client, User, chance, pick
from .raw_tables import RawTables
from .timeline import DAY, Settings, date_text, offset_text, time_text

TOPICS = (("how_to", 35), ("bug", 30), ("billing", 15), ("integration", 20))
PRIORITIES = (("low", 20), ("normal", 50), ("high", 20), ("urgent", 6), ("", 4))


def deliver_client(settings: Settings, raw: RawTables, client: Client, names: list[str]) -> None:
    """Deliver a client, again when it was renamed or moved, and again when it was merged."""
    rng = Random(f"{settings.seed}:crm:{client.index}")
    row = {
        "client_id": client.client_id,
        "client_name": client.name,
        "segment": client.segment,
        "industry": client.industry,
        "country_code": client.country,
        "acquisition_channel": client.channel,
        "relationship_type": "contractual" if client.is_contractual else "non_contractual",
        "owner_id": client.owner,
        "acquisition_cost": f"{client.weight * rng.randrange(8, 30)}.00",
        "is_internal": "true" if client.is_internal else "false" if chance(rng, 700) else "",
        "created_at": _stamp(client.created, client.index),
    }
    if client.index % 29 == 3:
        row["segment"] = "Enterprise " if client.segment == "enterprise" else row["segment"]
    deliveries = [(settings.load_time(client.created), row)]
    if chance(rng, 80):
        later = settings.load_time(client.created + rng.randrange(30, 300) * DAY)
        old = {**row, "owner_id": f"o{rng.randrange(7, 9)}", "client_name": client.name + " Ltd"}
        deliveries = [(deliveries[0][0], old), (later, row)]
    if client.merged_into is not None and client.merged_at is not None:
        merged = {**row, "merged_into_client_id": names[client.merged_into]}
        arrival = max(settings.load_time(client.merged_at), deliveries[-1][0])
        deliveries.append((arrival, merged))
    raw.deliver("clients", deliveries)


def _stamp(moment: int, number: int) -> str:
    """Write every 40th time with an offset, as some senders do."""
    return offset_text(moment, 2 if number % 80 else -5) if number % 40 == 0 else time_text(moment)


def deliver_users(
    settings: Settings, raw: RawTables, client: Client, names: dict[int, str]
) -> None:
    """Deliver the users of a client, again when a role changed or a user was merged."""
    rng = Random(f"{settings.seed}:accounts:{client.index}")
    for user in client.users:
        row = {
            "user_id": user.user_id,
            "client_id": client.client_id,
            "email": user.email,
            "role": user.role,
            "is_internal": "TRUE" if user.is_internal else "false" if chance(rng, 500) else "",
            "created_at": _stamp(user.created, user.number),
        }
        deliveries = [(settings.load_time(user.created), row)]
        if chance(rng, 40):
            later = settings.load_time(user.created + rng.randrange(20, 200) * DAY)
            deliveries = [(deliveries[0][0], {**row, "role": "viewer"}), (later, row)]
        if user.merged_into is not None and user.merged_at is not None:
            merged = {**row, "merged_into_user_id": names[user.merged_into]}
            arrival = max(settings.load_time(user.merged_at), deliveries[-1][0])
            deliveries.append((arrival, merged))
        raw.deliver("users", deliveries)


def asker(rng: Random, client: Client, moment: int) -> User:
    """Draw a user of the client who exists at this instant and is no staff of the company."""
    known = [user for user in client.users if user.created <= moment and not user.is_internal]
    return rng.choice(known) if known else client.users[0]


def active_days(settings: Settings, client: Client) -> range:
    """Return the day numbers in the window from the client's start on."""
    return range(max(settings.first_day, client.created_day + 1), settings.last_day + 1)


def level_on(settings: Settings, client: Client, day: int) -> int:
    """Return the usage intensity of a day, 0 outside the window."""
    offset = day - settings.first_day
    return client.levels[offset] if 0 <= offset < settings.day_count else 0


def deliver_tickets(settings: Settings, raw: RawTables, client: Client) -> list[tuple[int, int]]:
    """Deliver tickets and return (opened, resolved) of each; unhappy clients open more."""
    rng = Random(f"{settings.seed}:tickets:{client.index}")
    per_year = 3 + min(8, client.weight // 60) + (2 if not client.onboarded_in_time else 0)
    done: list[tuple[int, int]] = []
    for day in active_days(settings, client):
        if level_on(settings, client, day) and rng.randrange(365) < per_year:
            opened = day * DAY + rng.randrange(7 * 3600, 19 * 3600)
            number = f"t{client.client_id[1:]}-{len(done) + 1}"
            done.append((opened, _deliver_ticket(settings, raw, rng, client, number, opened)))
    return done


def _deliver_ticket(
    settings: Settings, raw: RawTables, rng: Random, client: Client, number: str, opened: int
) -> int:
    slow = 1 + (client.theta > 60_000)
    answered = opened + rng.randrange(300, 20 * 3600) * slow
    resolved = answered + rng.randrange(600, 6 * DAY) * slow
    row = {
        "ticket_id": number,
        "client_id": client.client_id,
        "user_id": asker(rng, client, opened).user_id if chance(rng, 950) else "",
        "priority": pick(rng, PRIORITIES),
        "topic": pick(rng, TOPICS),
        "opened_at": _stamp(opened, rng.randrange(8_000)),
    }
    closed = {
        **row,
        "first_response_at": time_text(answered),
        "resolved_at": time_text(resolved),
    }
    if resolved >= settings.end:
        raw.deliver("tickets", [(settings.load_time(opened), row)])
    elif chance(rng, 250):
        first, last = settings.load_time(opened), settings.load_time(resolved)
        raw.deliver("tickets", [(first, row), (last, closed)])
    else:
        raw.deliver("tickets", [(settings.load_time(resolved), closed)])
    return resolved


class Touchpoints:
    """Numbers and delivers the contacts with one client."""

    def __init__(self, settings: Settings, raw: RawTables, client: Client) -> None:
        self.settings, self.raw, self.client = settings, raw, client
        self.count = 0

    def add(self, moment: int, topic: str, channel: str, direction: str, user: str) -> None:
        """Deliver one contact that took place within the data."""
        if not self.settings.first_day * DAY <= moment < self.settings.end:
            return
        self.count += 1
        row = {
            "touchpoint_id": f"h{self.client.client_id[1:]}-{self.count}",
            "client_id": self.client.client_id,
            "user_id": user,
            "channel": channel,
            "direction": direction,
            "topic": topic,
            "occurred_at": time_text(moment),
        }
        arrival = self.settings.load_time(moment)
        twice = (self.count + self.client.index) % 31 == 0
        first = [(arrival, {**row, "topic": ""})] if twice else []
        last = min(arrival + DAY * twice, self.settings.last_load)
        self.raw.deliver("touchpoints", [*first, (last, row)])


def deliver_touchpoints(settings: Settings, client: Client, contacts: Touchpoints) -> None:
    """Deliver the planned contacts: onboarding, renewals, education and news."""
    rng = Random(f"{settings.seed}:contacts:{client.index}")
    for delay in (2, 9):
        moment = client.created + delay * DAY
        contacts.add(moment, "onboarding", "email", "outbound", client.users[0].user_id)
    for version in client.versions:
        if version.interval == "year" and version.number == 1:
            moment = version.started + 335 * DAY
            if version.ended is None or moment < version.ended:
                contacts.add(moment, "renewal", "call", "outbound", "")
    anniversary = client.created + 366 * DAY
    if level_on(settings, client, anniversary // DAY):
        contacts.add(anniversary, "milestone", "email", "outbound", client.users[0].user_id)
    for day in active_days(settings, client):
        if not level_on(settings, client, day):
            continue
        draw = rng.randrange(1000)
        if draw < 7:
            topic = ("education", "education", "announcement", "renewal")[draw % 4]
            direction = "inbound" if draw == 6 else "outbound"
            moment = day * DAY + rng.randrange(8 * 3600, 18 * 3600)
            channel = ("email", "in_app", "call", "meeting")[rng.randrange(4)]
            contacts.add(moment, topic, channel, direction, asker(rng, client, moment).user_id)


def deliver_offers(settings: Settings, raw: RawTables, client: Client) -> None:
    """Deliver offers when made, and again when redeemed."""
    for place, offer in enumerate(client.offers):
        row = {
            "offer_id": f"f{client.client_id[1:]}-{place + 1}",
            "client_id": client.client_id,
            "offer_type": offer.kind,
            "amount": f"{50 + client.weight}.00",
            "currency_code": client.currency,
            "is_holdout": "true" if offer.is_holdout else "false",
            "offered_at": time_text(offer.offered),
            "expires_at": "" if place == 2 else date_text(offer.offered // DAY + 30) + " 00:00:00",
        }
        deliveries = [(settings.load_time(offer.offered), row)]
        if offer.redeemed is not None:
            taken = {**row, "redeemed_at": time_text(offer.redeemed)}
            deliveries.append((settings.load_time(offer.redeemed), taken))
        raw.deliver("offers", deliveries)


def deliver_referrals(settings: Settings, raw: RawTables, clients: list[Client]) -> dict[str, int]:
    """Deliver referrals; those that converted are the clients won by referral."""
    rng = Random(f"{settings.seed}:referrals")
    givers = [c for c in clients if c.role in ("plain", "champion") and c.onboarded_in_time]
    counts = {"converted": 0, "open": 0}
    for client in sorted(clients, key=lambda each: (each.created, each.index)):
        referred = client.created - rng.randrange(3, 40) * DAY
        earlier = [giver for giver in givers[:400] if giver.created < referred - 30 * DAY]
        if not earlier or referred < settings.first_day * DAY:
            continue
        giver = rng.choice(earlier)
        if client.channel == "referral" and client is not giver and not client.is_internal:
            counts["converted"] += 1
            _deliver_referral(settings, raw, sum(counts.values()), giver, referred, client)
        elif chance(rng, 300):
            counts["open"] += 1
            _deliver_referral(settings, raw, sum(counts.values()), giver, referred, None)
    return counts


def _deliver_referral(
    settings: Settings, raw: RawTables, number: int, giver: Client, referred: int,
    won: Client | None,
) -> None:  # fmt: skip
    row = {
        "referral_id": f"r{number:03d}",
        "referrer_client_id": giver.client_id,
        "referred_at": time_text(referred),
    }
    deliveries = [(settings.load_time(referred), row)]
    if won is not None:
        signed = {
            **row,
            "referred_client_id": won.client_id,
            "converted_at": time_text(won.created),
        }
        deliveries.append((settings.load_time(won.created), signed))
    raw.deliver("referrals", deliveries)
