"""Write the raw tables of a fictional software company, and the ledger of what is true in them.

The same arguments write the same bytes. What is planted, and recorded in the ledger:

* Churn: each client draws a hazard per renewal from a Beta distribution of its segment (smb,
  mid_market, enterprise) and term (month, year). It is multiplied by 0.6 for clients that complete
  onboarding within 14 days, and by 2 for all others. Renewals before the first day of usage never
  fail, so clients older than that are left-truncated survivors.
* Revenue: three currencies with month-start rates and one shock, a price rise, seat changes, plan
  swaps (some under a new subscription_id), trials, discounts, pauses, payment failures, returns
  after a gap, scheduled cancellations, second subscriptions, and clients without a contract.
* Usage: heavy-tailed clients, weekdays, a summer dip, a decline before a voluntary cancellation,
  dated gaps, a champion who falls silent, 5 % re-delivered and 3 % late events (up to 150 days).
* Feedback: scores follow risk, tickets, onboarding and usage; some detractors get a follow-up.
* Offers: 30 % are held out at random; an upgrade follows 32 % of the given and 12 % of the held-out
  upgrade discounts. A given retention discount halves the next renewal's hazard.
* Identity: internal clients and users, merged clients (one chain of three) and merged users.
* Bad rows: every rule of seeds/reference/rejection_rules.csv, in rows with one or more reasons.
"""

import time
from pathlib import Path

import click

from active_clients.command_line import command
from active_clients.demo_data import (
    bad_rows,
    billing,
    bulk_usage,
    feedback,
    relations,
    truth,
    usage,
    writing,
)
from active_clients.demo_data.company import Client, make_clients
from active_clients.demo_data.contract import COMPANY_DOMAIN, TABLES
from active_clients.demo_data.contracts import simulate_contract
from active_clients.demo_data.raw_tables import RawTables
from active_clients.demo_data.timeline import Settings
from active_clients.project import ROOT

DEFAULT_OUTPUT = ROOT / "seeds" / "demo"
DEFAULT_LEDGER = ROOT / "tests" / "fixtures" / "demo_ledger"
BULK_FROM_EVENTS = 100_000
EVENTS_PER_CLIENT_MIN = 6

HELP = f"""{(__doc__ or "").splitlines()[0]}

files:
  csv      OUTPUT/<table>.csv, one file per table
  parquet  OUTPUT/<table>.parquet in the types of the contract, except
           OUTPUT/usage_events/usage_events_<month>_<number>.parquet
           One pattern reads them all: OUTPUT/**/{{name}}*.parquet

With {BULK_FROM_EVENTS:,} events or more, usage_events is drawn in batches of a million rows and
split into files by month in both formats. Its rows are left out of row_dispositions.csv
(the totals remain). Parquet holds no text that its types cannot hold, so it has fewer
kinds of bad rows.

ledger:
  row_dispositions.csv  rows that are duplicates or must be quarantined, with all reasons
  table_totals.csv      rows by table: raw, accepted, duplicate, quarantined
  client_months.csv     MRR and usage of every surviving client at every month end
  truths.json           what was planted: hazards, effects, ids, dates, counts

examples:
  scripts/generate_demo_data
  scripts/generate_demo_data --clients 20000 --users-per-client 10 --events 100000000 \\
      --format parquet --output /data/lake
"""


def progress(text: str) -> None:
    """Tell a person who waits what is going on."""
    click.echo(text, err=True)


def simulate(
    settings: Settings, raw: RawTables, rates: billing.Rates
) -> tuple[list[Client], feedback.NpsCounts, dict[str, int]]:
    """Deliver every table but usage_events."""
    clients = make_clients(settings)
    names = [client.client_id for client in clients]
    users = {user.number: user.user_id for client in clients for user in client.users}
    nps: feedback.NpsCounts = {}
    billing.deliver_catalogue(settings, raw, rates)
    for client in clients:
        simulate_contract(settings, client)
        relations.deliver_client(settings, raw, client, names)
        relations.deliver_users(settings, raw, client, users)
        billing.deliver_subscriptions(settings, raw, client)
        billing.deliver_invoices(settings, raw, client)
        relations.deliver_offers(settings, raw, client)
        tickets = relations.deliver_tickets(settings, raw, client)
        contacts = relations.Touchpoints(settings, raw, client)
        relations.deliver_touchpoints(settings, client, contacts)
        feedback.Surveys(settings, raw, client, tickets, contacts, nps).run()
    referrals = relations.deliver_referrals(settings, raw, clients)
    return clients, nps, referrals


def generate(settings: Settings, output: Path, ledger: Path) -> None:
    """Write all tables and the ledger."""
    file_format = "parquet" if settings.typed else "csv"
    is_bulk = settings.events >= BULK_FROM_EVENTS
    output.mkdir(parents=True, exist_ok=True)
    raw, rates = RawTables(settings.typed), billing.make_rates(settings)
    clients, nps, referrals = simulate(settings, raw, rates)
    progress(f"simulated {len(clients):,} clients")
    write = writing.write_parquet if settings.typed else writing.write_csv
    small = [name for name in TABLES if name != "usage_events"]
    bad_rows.plant_bad_rows(settings, raw, small)
    known = usage.UsageTruth(settings, clients)
    for table in small:
        write(raw, table, output / f"{table}.{file_format}")
        raw.release(table)
    progress(f"wrote {len(small)} tables")
    folder = output / "usage_events"
    if is_bulk:
        _make_empty(folder)
        counts = bulk_usage.BulkUsage(settings, clients, known.clients).write(folder, file_format)
        raw.totals["usage_events"] = {
            "accepted": counts.accepted,
            "duplicate": counts.duplicate,
            "quarantined": counts.quarantined,
        }
        monthly, recent = counts.monthly, counts.last_28_days
    else:
        _write_small_usage(settings, raw, clients, known)
        if settings.typed:
            _make_empty(folder)
        place = folder if settings.typed else output
        write(raw, "usage_events", place / f"usage_events.{file_format}")
        monthly, recent = known.monthly(), known.last_28_days
    domain = _domain_users(clients, known)
    truths = truth.describe_truths(settings, clients, nps, referrals, recent, domain)
    truth.write_ledger(ledger, raw, truth.client_months(settings, clients, rates, monthly), truths)


def _write_small_usage(
    settings: Settings, raw: RawTables, clients: list[Client], known: usage.UsageTruth
) -> None:
    bad = bad_rows.planted_event_rows(settings.typed)
    redelivered = settings.events * usage.REDELIVERED_PERCENT // 100
    events = usage.draw_events(settings, clients, settings.events - redelivered - bad)
    usage.deliver_events(settings, raw, clients, events, redelivered, known)
    bad_rows.plant_bad_rows(settings, raw, ["usage_events"])


def _make_empty(folder: Path) -> None:
    """Remove earlier files of the events, whose number depends on the arguments."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("usage_events*")):
        path.unlink()


def _domain_users(clients: list[Client], known: usage.UsageTruth) -> dict[str, dict[str, int]]:
    """Return counted events by month of users whom only their e-mail domain tells as internal."""
    users = [
        user
        for client in clients
        for user in client.users
        if user.email.endswith(f"@{COMPANY_DOMAIN}") and not user.is_internal
        and not client.is_internal
    ]  # fmt: skip
    return {
        user.user_id: {
            month: count
            for (number, month), count in sorted(known.user_events.items())
            if number == user.number
        }
        for user in users[:100]
    }


@command("generate_demo_data", HELP, expected=(OSError, ValueError))
@click.option(
    "--clients", type=click.IntRange(40, 1_000_000), default=150, help="number of clients"
)
@click.option(
    "--months", type=click.IntRange(6, 120), default=24, help="months of usage to 2025-06-30"
)
@click.option(
    "--events", type=click.IntRange(max=10_000_000_000), default=18_000,
    help=f"raw rows of usage_events, {EVENTS_PER_CLIENT_MIN} per client at least",
)  # fmt: skip
@click.option(
    "--users-per-client", type=click.IntRange(1, 1_000), default=5, help="users of a usual client"
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=7, help="seed of all draws")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    help="file format",
)
@click.option("--output", type=Path, help="folder of the tables (default: seeds/demo)")
@click.option(
    "--ledger",
    type=Path,
    help="folder of the ledger (default: tests/fixtures/demo_ledger; OUTPUT/ledger when --output"
    " is given)",
)
def main(
    clients: int,
    months: int,
    events: int,
    users_per_client: int,
    seed: int,
    file_format: str,
    output: Path | None,
    ledger: Path | None,
) -> None:
    """Write the tables and the ledger."""
    if events < EVENTS_PER_CLIENT_MIN * clients:
        fewest = EVENTS_PER_CLIENT_MIN * clients
        raise click.UsageError(f"--events {events} is not in the range x>={fewest}")
    settings = Settings(clients, months, events, seed, users_per_client, file_format == "parquet")
    started = time.monotonic()
    ledger = ledger or (output / "ledger" if output else DEFAULT_LEDGER)
    output = output or DEFAULT_OUTPUT
    generate(settings, output, ledger)
    progress(f"done in {time.monotonic() - started:.1f} s: {output}")


if __name__ == "__main__":
    main()
