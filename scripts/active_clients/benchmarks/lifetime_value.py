"""Times what lifetime value costs: fits from a life table, and predictions for many clients.

The SQL is what dbt compiles; it runs on generated clients in DuckDB. In the same run scipy does
what it can by itself, the fits and the expected purchases, and so does lifetimes where it is
installed (ACTIVE_CLIENTS_EXTRAS=peers scripts/setup): both models of purchases and spend. What
they expect must be what the SQL expects.

scripts/benchmark_clv
scripts/benchmark_clv --clients 100000
"""

from __future__ import annotations

import importlib.util
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import duckdb
import numpy as np
from scipy import optimize, special

from active_clients.command_line import command
from active_clients.project import ROOT, ProjectError

FITS = ("int_sbg_search_fits", "int_sbg_fits", "int_bdw_fits")
PURCHASE_FITS = ("int_purchase_fits", "int_spend_fits")
SCORES = ("int_purchase_expectations", "int_purchase_predictions")
INTERVALS = ("int_purchase_slopes", "int_purchase_intervals")
SURVIVORS = {
    "regular": (1000, 631, 468, 382, 326, 289, 262, 241),
    "high end": (1000, 869, 743, 653, 593, 551, 517, 491),
    "third": (1000, 700, 560, 480, 425, 390, 362, 340),
}
# As many as CDNOW has.
FITTED = 2_357
R, ALPHA, A, B = 0.2426, 4.4136, 0.7929, 2.4259
P, Q, V = 6.2492, 3.7443, 15.4448


def compile_models(directory: Path) -> dict[str, str]:
    """The SQL of the models, over tables of one schema."""
    subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "--quiet", "compile",
            "--select", *FITS, *PURCHASE_FITS, *SCORES, *INTERVALS,
            "--target-path", str(directory / "target"), "--log-path", str(directory),
        ],
        cwd=ROOT,
        env={**os.environ, "ACTIVE_CLIENTS_DATABASE": str(directory / "build.duckdb")},
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    files = (directory / "target/compiled").rglob("*.sql")
    return {
        file.stem: re.sub(r'"\w+"\."(?:intermediate|marts)"\."(\w+)"', r"\1", file.read_text())
        for file in files
    }


def timed(title: str, action: Callable[[], object]) -> None:
    """Do something and print its seconds, and those of all cores together."""
    start, busy = time.perf_counter(), time.process_time()
    action()
    elapsed, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"  {title:52} {elapsed:8.2f} s {busy:8.2f} s CPU", flush=True)


def build(connection: duckdb.DuckDBPyConnection, sql: dict[str, str], *names: str) -> None:
    """Make these models, in this order."""
    for name in names:
        connection.execute(f"create or replace table {name} as {sql[name]}")


# ---- fits ----------------------------------------------------------------------------


def load_life_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Three segments of seven renewals."""
    connection.execute(
        "create table int_survival_cells (life_table_id text, term_number integer,"
        " at_risk_count bigint, churned_count bigint)"
    )
    for name, left in SURVIVORS.items():
        for term in range(1, len(left)):
            connection.execute(
                "insert into int_survival_cells values (?, ?, ?, ?)",
                [name, term, left[term - 1], left[term - 1] - left[term]],
            )
    connection.execute(
        "create table int_life_tables as select life_table_id, true as is_fitted,"
        " sum(at_risk_count) as decided_term_count, sum(churned_count) as churned_count"
        " from int_survival_cells group by life_table_id"
    )


def fit_with_scipy() -> None:
    """The sBG and BdW of the three segments, by Nelder-Mead."""
    for left in SURVIVORS.values():
        n, d = np.array(left[:-1], dtype=float), -np.diff(left).astype(float)
        t = np.arange(len(left), dtype=float)

        def loss(
            logs: np.ndarray, t: np.ndarray = t, n: np.ndarray = n, d: np.ndarray = d
        ) -> float:
            a, b = np.exp(logs[:2])
            c = np.exp(logs[2]) if len(logs) > 2 else 1.0
            retained = np.diff(special.betaln(a, b + t**c))
            terms = d * np.log(-np.expm1(retained)) + (n - d) * retained
            return -float(np.sum(terms))

        start = optimize.minimize(loss, [0.0, 1.0], method="Nelder-Mead").x
        optimize.minimize(loss, [*start, 0.0], method="Nelder-Mead", options={"maxiter": 2000})


def load_drawn_summaries(connection: duckdb.DuckDBPyConnection) -> None:
    """As many buyers as CDNOW has, drawn from the models with its parameters."""
    draw = np.random.default_rng(1)
    rows = []
    for number in range(FITTED):
        rate, dropout = draw.gamma(R, 1 / ALPHA), draw.beta(A, B)
        age, repeats, recency = float(draw.uniform(27, 39)), 0, 0.0
        while (time_ := recency + draw.exponential(1 / rate)) < age:
            repeats, recency = repeats + 1, time_
            if draw.random() < dropout:
                break
        value = None
        if repeats:
            value = float(draw.gamma(P * repeats, 1 / (draw.gamma(Q, 1 / V) * repeats)))
        rows.append((f"c{number}", repeats, int(7 * recency), int(7 * age), value))
    connection.execute(
        "create table int_purchase_summaries (origin_date date default '2025-06-30', client_id"
        " text, repeat_count integer, recency_days integer, age_days integer,"
        " repeat_value_amount decimal(18, 4))"
    )
    connection.executemany(
        "insert into int_purchase_summaries by position select '2025-06-30', ?, ?, ?, ?, ?", rows
    )


# ---- predictions ---------------------------------------------------------------------


def load_summaries(connection: duckdb.DuckDBPyConnection, clients: int) -> None:
    """Buyers of up to five years."""
    connection.execute("select setseed(0.5)")
    connection.execute(
        f"""
        create or replace table int_purchase_summaries as
        select
            date '2025-06-30' as origin_date, 'c' || number as client_id,
            cast(least(repeats, recency) as integer) as repeat_count,
            case when repeats = 0 then 0 else recency end as recency_days, age_days,
            cast(25 * (1 + least(repeats, recency)) as decimal(18, 4)) as revenue_amount,
            cast(case when repeats > 0 then 10 + 30 * spread end as decimal(18, 4))
                as repeat_value_amount
        from (
            select *, cast(floor(age_days * (0.3 + 0.6 * spread)) as integer) as recency
            from (
                select
                    range as number, random() as spread,
                    cast(7 + floor(random() * 1820) as integer) as age_days,
                    cast(floor(-4 * ln(random() + 1e-9) - 2) as integer) as drawn
                from range({clients})
            ) as drawn cross join lateral (select greatest(0, drawn) as repeats) as kept
        ) as aged
        """
    )


def load_parameters(connection: duckdb.DuckDBPyConnection) -> None:
    """Published parameters, to predict with."""
    connection.execute(
        f"create table int_purchase_models as select date '2025-06-30' as origin_date,"
        f" model as purchase_model, shift, {R} as r, {ALPHA} as alpha, {A} as a, {B} as b,"
        f" true as is_converged, shift = 0 as is_chosen"
        f" from (values ('bg_nbd', 0), ('mbg_nbd', 1)) as models (model, shift)"
    )
    connection.execute(
        f"create or replace table int_spend_fits as select date '2025-06-30' as origin_date,"
        f" {P} as p, {Q} as q, {V} as v, true as is_converged"
    )
    connection.execute("create table as_of as select date '2025-06-30' as as_of_date")
    for name, size in (("purchase", 4), ("spend", 3)):
        columns = ", ".join(
            f"{0.03 if i == j else 0.01} as covariance_{i}_{j}"
            for i in range(1, size + 1)
            for j in range(i, size + 1)
        )
        connection.execute(
            f"create table int_{name}_covariances as"
            f" select date '2025-06-30' as origin_date, {columns}"
        )


def read_histories(connection: duckdb.DuckDBPyConnection) -> tuple[np.ndarray, ...]:
    """Repeat purchases, recency and age of the clients, in weeks."""
    columns = connection.execute(
        "select repeat_count as x, recency_days / 7 as recency, age_days / 7 as age"
        " from int_purchase_summaries"
    ).fetchnumpy()
    return tuple(columns[name].astype(float) for name in ("x", "recency", "age"))


def log_likelihood(logs: np.ndarray, x: np.ndarray, recency: np.ndarray, age: np.ndarray) -> float:
    """Minus the mean log-likelihood of the BG/NBD."""
    r, alpha, a, b = np.exp(logs)
    terms = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    terms += special.betaln(a, b + x) - special.betaln(a, b)
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(np.maximum(b + x - 1, 1e-9)) - (r + x) * np.log(alpha + recency)
    return -float(np.mean(terms + np.where(x > 0, np.logaddexp(stayed, left), stayed)))


def modified_log_likelihood(
    logs: np.ndarray, x: np.ndarray, recency: np.ndarray, age: np.ndarray
) -> float:
    """Minus the mean log-likelihood of the MBG/NBD."""
    r, alpha, a, b = np.exp(logs)
    terms = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    terms += special.betaln(a, b + x + 1) - special.betaln(a, b)
    stayed = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + x) - (r + x) * np.log(alpha + recency)
    return -float(np.mean(terms + np.logaddexp(stayed, left)))


def spend_log_likelihood(logs: np.ndarray, x: np.ndarray, m: np.ndarray) -> float:
    """Minus the mean log-likelihood of the gamma-gamma model, by p, q - 1 and the mean."""
    p, q, v = np.exp(logs[0]), 1 + np.exp(logs[1]), np.exp(logs[2] + logs[1] - logs[0])
    terms = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q)
    terms += q * np.log(v) + (p * x - 1) * np.log(m) + p * x * np.log(x)
    return -float(np.mean(terms - (p * x + q) * np.log(x * m + v)))


def fit_purchases_with_scipy(histories: tuple[np.ndarray, ...], m: np.ndarray) -> list[float]:
    """The log-likelihoods of both models of purchases and of spend, each from three starts."""
    bought = histories[0][m > 0], m[m > 0]
    logs = [
        (log_likelihood, histories, ([0, 2, 0, 1], [-1, 1, -1, 0], [1, 3, 1, 3])),
        (modified_log_likelihood, histories, ([0, 2, 0, 1], [-1, 1, -1, 0], [1, 3, 1, 3])),
        (spend_log_likelihood, bought, ([1, 1, 3], [3, 0, 3], [0, 2, 3])),
    ]
    return [
        -len(data[0])
        * min(
            optimize.minimize(
                loss, start, args=data, method="L-BFGS-B", options={"ftol": 1e-13}
            ).fun
            for start in starts
        )
        for loss, data, starts in logs
    ]


def score_with_scipy(x: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Purchases expected within a year, by the BG/NBD."""
    t = 365 / 7
    z = t / (ALPHA + age + t)
    series = special.hyp2f1(R + x, B + x, A + B + x - 1, z)
    expected = (A + B + x - 1) / (A - 1) * (1 - (1 - z) ** (R + x) * series)
    odds = A / np.maximum(B + x - 1, 1e-9) * ((ALPHA + age) / (ALPHA + recency)) ** (R + x)
    return np.asarray(expected / (1 + np.where(x > 0, odds, 0)))


class Lifetimes:
    """What lifetimes makes of the same buyers."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        import lifetimes
        import pandas as pd

        self.buyers = connection.execute(
            "select cast(repeat_count as double) as x, recency_days / 7 as recency,"
            " age_days / 7 as age, cast(repeat_value_amount as double) as value"
            " from int_purchase_summaries order by client_id"
        ).df()
        self.purchases = lifetimes.BetaGeoFitter()
        self.purchases.params_ = pd.Series({"r": R, "alpha": ALPHA, "a": A, "b": B})
        self.spend = lifetimes.GammaGammaFitter()
        self.spend.params_ = pd.Series({"p": P, "q": Q, "v": V})
        self.expected: np.ndarray = np.array([])

    def fit(self) -> None:
        """Both models of purchases, and spend."""
        import lifetimes

        buyers = self.buyers
        back = buyers[buyers["value"] > 0]
        histories = buyers["x"], buyers["recency"], buyers["age"]
        self.fitted = lifetimes.BetaGeoFitter().fit(*histories)
        lifetimes.ModifiedBetaGeoFitter().fit(*histories)
        lifetimes.GammaGammaFitter().fit(back["x"], back["value"])

    def score(self) -> None:
        """Purchases expected within a year, and what one is worth."""
        buyers = self.buyers
        self.expected = self.purchases.conditional_expected_number_of_purchases_up_to_time(
            365 / 7, buyers["x"], buyers["recency"], buyers["age"]
        ).to_numpy()
        self.spend.conditional_expected_average_profit(buyers["x"], buyers["value"].fillna(0))


def compare(name: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    """Stop where the same question has two answers."""
    furthest = float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))))
    if not furthest < 1e-4:
        raise ProjectError(f"{name} differ by up to {furthest:.2g}")
    print(f"  {name:52} equal to {furthest:.0e}")


def fit_the_same_with_scipy(connection: duckdb.DuckDBPyConnection) -> None:
    """Fit the purchases that the SQL has fitted; what is likeliest must be the same."""
    values = connection.execute(
        "select coalesce(cast(repeat_value_amount as double), 0) as m from int_purchase_summaries"
    ).fetchnumpy()["m"]
    histories, found = read_histories(connection), list[float]()
    timed(
        "scipy: the same, from three starts each",
        lambda: found.extend(fit_purchases_with_scipy(histories, values)),
    )
    ours = connection.execute(
        "select cast(log_likelihood as double) as fitted from (select shift, log_likelihood"
        " from int_purchase_fits union all select 2, log_likelihood from int_spend_fits)"
        " order by shift"
    ).fetchnumpy()["fitted"]
    compare("log-likelihoods of SQL and scipy", ours, np.array(found))


@command("benchmark_clv", __doc__)
@click.option("--clients", default=1_000_000, help="how many to predict for")
def main(clients: int) -> None:
    """Time everything."""
    with tempfile.TemporaryDirectory(prefix="active_clients_clv_") as folder:
        sql = compile_models(Path(folder))
        connection = duckdb.connect(str(Path(folder) / "clients.duckdb"))
        connection.execute(
            "create table numbers as select cast(range as integer) as number from range(10000)"
        )
        load_life_tables(connection)
        print("Three segments from their life table:")
        timed("SQL: sBG", lambda: build(connection, sql, *FITS[:2]))
        timed("SQL: BdW", lambda: build(connection, sql, FITS[2]))
        timed("scipy: both", fit_with_scipy)
        connection.execute("set threads = 2; set memory_limit = '1GB'")
        has_lifetimes = importlib.util.find_spec("lifetimes") is not None
        load_drawn_summaries(connection)
        print(f"Models of purchases and spend, from {FITTED:,} buyers:")
        timed("SQL: BG/NBD, MBG/NBD, gamma-gamma", lambda: build(connection, sql, *PURCHASE_FITS))
        fit_the_same_with_scipy(connection)
        if has_lifetimes:
            peer = Lifetimes(connection)
            timed("lifetimes: the same", peer.fit)
            ours = connection.execute(
                "select r, alpha, a, b from int_purchase_fits where purchase_model = 'bg_nbd'"
            ).fetchall()[0]
            theirs = peer.fitted.params_[["r", "alpha", "a", "b"]]
            histories = read_histories(connection)
            compare(
                "log-likelihood of the BG/NBD of SQL and lifetimes",
                *(
                    np.array(log_likelihood(np.log(np.array(found, dtype=float)), *histories))
                    for found in (ours, theirs)
                ),
            )
        load_summaries(connection, clients)
        load_parameters(connection)
        print(f"{clients:,} buyers:")
        timed("SQL: expected purchases, spend and value", lambda: build(connection, sql, *SCORES))
        timed("SQL: their intervals", lambda: build(connection, sql, *INTERVALS))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"  {'SQL: peak memory of the process so far':52} {peak:8.2f} GB")
        histories = read_histories(connection)
        timed("scipy: expected purchases", lambda: score_with_scipy(*histories))
        if has_lifetimes:
            peer = Lifetimes(connection)
            timed("lifetimes: expected purchases and spend", peer.score)
            columns = connection.execute(
                "select cast(expected_purchases_12m as double) as expected"
                " from int_purchase_predictions order by client_id"
            ).fetchnumpy()
            compare("expected purchases of SQL and lifetimes", columns["expected"], peer.expected)
        timed(
            "scipy: fit of the BG/NBD, for comparison",
            lambda: optimize.minimize(
                log_likelihood, np.log([1.0, 10.0, 1.0, 2.0]), args=histories, method="L-BFGS-B"
            ),
        )


if __name__ == "__main__":
    main()
