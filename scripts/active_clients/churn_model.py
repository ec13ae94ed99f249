"""Fits the probability of churn and writes seeds/reference/churn_coefficients.csv.

One version per date: a logistic regression with an L1 penalty, which leaves out what does not
help, on the weeks whose outcome was known by then. The database must have been built; dbt then
scores every week by the latest version that could have been trained by it, so that no score
has seen its own outcome.

scripts/build && scripts/fit_churn_model --trained-to 2024-06-30 2025-03-31 && scripts/build
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click
import duckdb
import numpy as np
import numpy.typing as npt

from active_clients.command_line import Several, command
from active_clients.project import ROOT, ProjectError, database_path, read_vars

SEED = ROOT / "seeds/reference/churn_coefficients.csv"
COLUMNS = (
    "model_version", "trained_to_date", "horizon_days", "measure",
    "coefficient", "center", "scale", "value_min", "value_max",
)  # fmt: skip
MEASURES = (
    "usage_ratio", "active_user_rate", "event_count", "feature_count", "silent_champion_share",
    "nps_score", "csat_score", "ticket_count", "payment_trouble_count", "days_since_contact",
    "tenure_days", "has_term",
)  # fmt: skip
CHURNED_MIN = 10
# Of the L1 norm, per row.
PENALTY = 0.006
QUERY = """
select client_id, week_index, churned_count, {columns}
from intermediate.int_client_week_outcomes as outcomes
left join intermediate.int_client_week_measures as measures using (client_id, week_index)
where outcomes.is_predicted and outcomes.churned_count is not null
    and outcomes.outcome_date <= ?
group by all
order by client_id, week_index
"""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """What was known of clients, week by week, and whether they churned."""

    values: Floats
    churned: npt.NDArray[np.int64]


def read_sample(connection: duckdb.DuckDBPyConnection, trained_to: date) -> Sample:
    """The weeks whose outcome was known by a day; NaN where a measure was not."""
    columns = ", ".join(
        f"max(case when measure = '{name}' then measure_value::double end) as {name}"
        for name in MEASURES
    )
    rows = connection.execute(QUERY.format(columns=columns), [trained_to]).fetchnumpy()
    values: Floats = np.column_stack(
        [np.ma.filled(np.ma.asarray(rows[name], dtype=float), np.nan) for name in MEASURES]
    )
    return Sample(values, np.asarray(rows["churned_count"], dtype=np.int64))


def fit(sample: Sample, penalty: float) -> Iterator[tuple[str, float, float, float, float, float]]:
    """Measure, coefficient, center, scale and limits; the intercept first."""
    from sklearn.linear_model import LogisticRegression

    if sample.churned.sum() < CHURNED_MIN:
        raise ProjectError(f"{sample.churned.sum()} weeks before churn are too few to learn from")
    known = [np.isfinite(column).sum() > 0 for column in sample.values.T]
    values = sample.values[:, known]
    center, scale = np.nanmean(values, axis=0).round(6), np.nanstd(values, axis=0).round(6)
    scale[scale == 0] = 1.0
    standard = np.nan_to_num((values - center) / scale, nan=0.0)
    # The penalty is per row: a longer history is trusted more by its number of rows.
    model = LogisticRegression(
        l1_ratio=1.0, C=1 / (penalty * len(values)), solver="saga", tol=1e-8, max_iter=100_000,
        random_state=0,
    )  # fmt: skip
    model.fit(standard, sample.churned)
    yield "intercept", float(model.intercept_[0]), 0.0, 1.0, 1.0, 1.0
    limits = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    names = [name for name, is_known in zip(MEASURES, known, strict=True) if is_known]
    yield from zip(names, model.coef_[0], center, scale, *limits, strict=True)


def version_rows(
    connection: duckdb.DuckDBPyConnection, trained_to: date, horizon: int, penalty: float
) -> Iterator[list[str]]:
    """The rows of one version in the seed; a coefficient of 0 is kept as what did not help."""
    version = f"to_{trained_to:%Y_%m_%d}"
    for measure, *numbers in fit(read_sample(connection, trained_to), penalty):
        texts = [f"{number + 0.0:.6f}" for number in numbers]
        yield [version, str(trained_to), str(horizon), measure, *texts]


def write(path: Path, rows: Iterable[list[str]]) -> None:
    """Write the seed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


@command("fit_churn_model", __doc__, expected=(duckdb.Error,))
@click.option(
    "--trained-to",
    cls=Several,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    required=True,
    help="days by which outcomes were known, one version for each",
)
@click.option("--penalty", type=float, default=PENALTY, help="of the L1 norm, per row")
@click.option("--output", type=Path, default=SEED, help="the seed to write")
def main(trained_to: tuple[datetime, ...], penalty: float, output: Path) -> None:
    """Fit every version that is asked for."""
    horizon = int(read_vars()["churn_horizon_days"])
    with duckdb.connect(str(database_path()), read_only=True) as connection:
        rows = [
            row
            for day in sorted({moment.date() for moment in trained_to})
            for row in version_rows(connection, day, horizon, penalty)
        ]
    write(output, rows)
    click.echo(f"{len(rows)} coefficients in {output}")


if __name__ == "__main__":
    main()
