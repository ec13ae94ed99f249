"""Surveys whose scores follow what the client has lived through, and the calls they cause."""

from bisect import bisect_left, bisect_right
from collections import Counter
from random import Random

from .company import Client, chance
from .raw_tables import RawTables
from .relations import Touchpoints, active_days, asker, level_on
from .timeline import DAY, Settings, date_of, month_text, time_text

RESPONSE_PERMILLE = 370
BOUNCE_PERMILLE = 50
FOLLOW_UP_PERMILLE = 600
PRAISE = ("Great support, thank you", "Saves us hours every week", "Easy to use", "")
BLAME = ("Too slow", "Reports are hard to find, and exports fail", 'We miss a "roles" feature', "")

NpsCounts = dict[str, Counter[str]]


def nps_group(score: int) -> str:
    """Return promoters, passives or detractors; 0 is a detractor."""
    return "promoters" if score >= 9 else "passives" if score >= 7 else "detractors"


class Surveys:
    """Sends surveys to one client and counts the accepted answers."""

    def __init__(
        self, settings: Settings, raw: RawTables, client: Client,
        tickets: list[tuple[int, int]], contacts: Touchpoints, counts: NpsCounts,
    ) -> None:  # fmt: skip
        self.settings, self.raw, self.client = settings, raw, client
        self.opened = sorted(opened for opened, _ in tickets)
        self.resolved = sorted(resolved for _, resolved in tickets)
        self.contacts, self.counts = contacts, counts
        self.rng = Random(f"{settings.seed}:surveys:{client.index}")
        self.invited = 0

    def run(self) -> None:
        """Send relational NPS every quarter, CSAT after tickets and CES after onboarding."""
        client, rng = self.client, self.rng
        for day in active_days(self.settings, client):
            date = date_of(day)
            if date.day == 1:
                turn = (date.month + client.index) % 3 == 0
                if turn and level_on(self.settings, client, day) > 20:
                    for _ in range({"smb": 2, "mid_market": 4, "enterprise": 6}[client.segment]):
                        moment = day * DAY + rng.randrange(8 * 3600, 20 * DAY)
                        self.ask("nps", "relational", "nps-quarterly", moment)
        for moment in self.resolved:
            draw = rng.randrange(100)
            if draw < 45:
                self.ask("csat", "transactional", "csat-ticket", moment + 3600)
            elif draw < 55:
                self.ask("nps", "transactional", "nps-ticket", moment + 7200)
        if client.onboarded is not None:
            self.ask("ces", "transactional", "ces-onboarding", client.onboarded + DAY)

    def experience(self, moment: int) -> int:
        """Return 0 to 100: base, less risk, open trouble, missed onboarding and falling usage."""
        client, day = self.client, moment // DAY
        recent = bisect_right(self.opened, moment) - bisect_left(self.opened, moment - 60 * DAY)
        fall = max(0, 80 - level_on(self.settings, client, day)) // 3
        late = 0 if client.onboarded_in_time else 14
        return 94 - min(25, client.theta // 8_000) - 5 * min(4, recent) - late - fall

    def score(self, kind: str, moment: int) -> int:
        """Draw a score on the scale of the survey's type."""
        value = self.experience(moment) + self.rng.randrange(-18, 19)
        if kind == "nps":
            return min(10, max(0, (value + 6) // 10))
        if kind == "csat":
            return min(5, max(1, (value + 12) // 20))
        return min(7, max(1, (value + 10) // 14))

    def ask(self, kind: str, purpose: str, survey: str, sent: int) -> None:
        """Send one invitation, and deliver its answer if there is one."""
        rng, settings = self.rng, self.settings
        if not settings.first_day * DAY <= sent < settings.end:
            return
        self.invited += 1
        suffix = f"{self.client.client_id[1:]}-{self.invited}"
        user = asker(rng, self.client, sent)
        bounced = chance(rng, BOUNCE_PERMILLE)
        row = {
            "invitation_id": f"v{suffix}",
            "survey_id": survey,
            "client_id": self.client.client_id,
            "user_id": user.user_id,
            "channel": "in_app" if self.invited % 4 == 0 else "email",
            "sent_at": time_text(sent),
            "delivered_at": "" if bounced else time_text(sent + rng.randrange(5, 600)),
        }
        arrival = settings.load_time(sent)
        twice = (self.invited + self.client.index) % 37 == 0
        early = [(arrival, {**row, "delivered_at": ""})] if twice else []
        last = min(arrival + DAY * twice, settings.last_load)
        self.raw.deliver("survey_invitations", [*early, (last, row)])
        answered = sent + rng.randrange(900, 7 * DAY)
        if not bounced and chance(rng, RESPONSE_PERMILLE) and answered < settings.end:
            self.answer(kind, purpose, row, suffix, answered)

    def answer(
        self, kind: str, purpose: str, invitation: dict[str, str], suffix: str, moment: int
    ) -> None:
        """Deliver one answer; some detractors get a call."""
        rng, settings, client = self.rng, self.settings, self.client
        score = self.score(kind, moment)
        is_low = score < {"nps": 7, "csat": 4, "ces": 5}[kind]
        comment = rng.choice(BLAME if is_low else PRAISE) if chance(rng, 500) else ""
        row = {
            "response_id": f"a{suffix}",
            "survey_type": "NPS" if kind == "nps" and self.invited % 41 == 0 else kind,
            "survey_purpose": purpose if purpose == "transactional" or chance(rng, 900) else "",
            "score": str(score),
            "comment": comment,
            "responded_at": time_text(moment),
        }
        row |= {
            name: invitation[name]
            for name in ("invitation_id", "survey_id", "client_id", "user_id", "channel")
        }
        if chance(rng, 60):
            row["user_id"] = ""
        arrival = settings.load_time(moment)
        deliveries = [(arrival, row)]
        if chance(rng, 50) and arrival < settings.last_load:
            deliveries = [(arrival, {**row, "comment": ""}), (arrival + DAY, row)]
        self.raw.deliver("survey_responses", deliveries)
        if kind == "nps" and purpose == "relational" and not client.is_internal:
            self.counts.setdefault(month_text(moment // DAY), Counter())[nps_group(score)] += 1
        if is_low and kind == "nps" and chance(rng, FOLLOW_UP_PERMILLE):
            call = moment + rng.randrange(6 * 3600, 12 * DAY)
            user = row["user_id"]
            self.contacts.add(call, "feedback_follow_up", "call", "outbound", user)
