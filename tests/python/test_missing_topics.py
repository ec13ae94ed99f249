"""A company that lacks a topic, or is small: it builds, passes, and nothing unknown is a number."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from active_clients.answers import read_answers
from active_clients.metrics import Engine, InformativeUserError, Question
from active_clients.project import read_manifest, read_vars
from active_clients.publish import Publication
from active_clients.query import unknown_metrics
from compiled_project import (
    Row,
    compiled_nodes,
    create_raw_tables,
    create_relation,
    insert_rows,
)
from conftest import DbtProject, environment, run_script

LOADED = "2024-09-02 00:00:00"
CLIENTS = ("c1", "c2", "c3")
TOPICS: dict[str, list[Row]] = {
    "product.usage_events": [
        {
            "event_id": f"{client}-{day}",
            "client_id": client,
            "user_id": f"{client}-u",
            "event_name": "report_created",
            "occurred_at": f"{date(2024, 1, 8) + timedelta(days=day)} 10:00:00",
            "loaded_at": LOADED,
        }
        for client in CLIENTS
        for day in range(0, 230, 3)
    ],
    "billing.subscriptions": [
        {
            "subscription_id": f"{client}-s",
            "version": 1,
            "client_id": client,
            "plan_id": "basic",
            "status": "active",
            "quantity": 1,
            "unit_price": 100,
            "currency_code": "USD",
            "billing_interval": "month",
            "billing_interval_count": 1,
            "started_at": "2024-01-08 09:00:00",
            "ended_at": "2024-06-08 09:00:00" if client == "c3" else "",
            "loaded_at": LOADED,
        }
        for client in CLIENTS
    ],
    "feedback.survey_responses": [
        {
            "response_id": f"{client}-{month}",
            "survey_id": "s",
            "survey_type": "nps",
            "survey_purpose": "relational",
            "client_id": client,
            "user_id": f"{client}-u",
            "score": 9 - number,
            "responded_at": f"2024-0{month}-20 10:00:00",
            "loaded_at": LOADED,
        }
        for number, client in enumerate(CLIENTS)
        for month in (3, 6, 8)
    ],
}
MISSING = [*[frozenset({topic}) for topic in TOPICS], frozenset(TOPICS)]


def missing_name(missing: frozenset[str]) -> str:
    return "+".join(sorted(label.partition(".")[2] for label in missing))


def raw_rows(missing: frozenset[str]) -> dict[str, list[Row]]:
    clients = [
        {"client_id": client, "created_at": "2024-01-08 08:00:00", "loaded_at": LOADED}
        for client in CLIENTS
    ]
    topics = {label: rows for label, rows in TOPICS.items() if label not in missing}
    return {"clients": clients} | {k.partition(".")[2]: rows for k, rows in topics.items()}


class Companies:
    """The project compiled once, without optional tables; a company is its SQL on raw rows."""

    def __init__(self, path: Path) -> None:
        flags = {name: False for name in read_vars() if name.endswith("_enabled")}
        # The same day whatever is missing.
        self.project = DbtProject(path, flags | {"as_of_date": "2024-08-31"})
        self.nodes = compiled_nodes(self.project)
        manifest = (path / "target/semantic_manifest.json").read_text()
        self.engine = Engine(manifest)
        self.questions = dict(total_or_monthly(self.engine))

    def build(self, missing: frozenset[str]) -> list[str]:
        """Build and test a company in the private file; the tests that fail."""
        self.project.database.unlink()
        failed = []
        with duckdb.connect(str(self.project.database)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            create_raw_tables(connection)
            for table, rows in raw_rows(missing).items():
                insert_rows(connection, f"raw.{table}", rows)
            for node in self.nodes:
                if node.resource_type == "test":
                    count = f"select count(*) from ({node.compiled_code})"
                    if connection.execute(count).fetchall() != [(0,)]:
                        failed.append(node.name)
                else:
                    create_relation(connection, node)
        return failed

    def zeros(self) -> set[str]:
        """The metrics that say 0, of those that `scripts/query` shows."""
        with duckdb.connect(str(self.project.database), read_only=True) as connection:
            unknown = unknown_metrics(connection, self.engine, self.questions)
            answers = {
                name: [row[-1] for row in connection.execute(sql).fetchall()]
                for name, sql in self.questions.items()
            }
        said = {name: [v for v in values if v is not None] for name, values in answers.items()}
        return {name for name, values in said.items() if values and not any(values)} - set(unknown)


def total_or_monthly(engine: Engine) -> Iterator[tuple[str, str]]:
    """The SQL of every metric: in total, or by the month where it is told by time only."""
    for name in engine.metric_names():
        try:
            yield name, engine.sql(Question(metrics=[name]))
        except InformativeUserError:
            yield name, engine.sql(Question(metrics=[name], group_by=["metric_time__month"]))


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> Companies:
    return Companies(tmp_path_factory.mktemp("companies"))


@dataclass(frozen=True)
class Found:
    """What a company passes, is warned of and is told."""

    failed: list[str]
    zeros: set[str]
    errors: list[str]
    warnings: set[str]
    answers: str
    pages: str


def found_in(companies: Companies, missing: frozenset[str]) -> Found:
    from active_clients.expectations import runner

    with environment(**companies.project.environment):
        read_manifest.cache_clear()
        failed = companies.build(missing)
        database = companies.project.database
        outcomes, _ = runner.run_section("marts", runner.mart_subjects(sorted(missing)), database)
        publication = Publication(companies.project.published, read_vars(), lambda: None)
        publication.prepare()
        publication.draw()
        publication.commit()
        return Found(
            failed,
            companies.zeros(),
            [message for outcome in outcomes for message in outcome.critical],
            {f"{outcome.label}: {m}" for outcome in outcomes for m in outcome.warning},
            read_answers(companies.project.published, read_vars()),
            "".join(page.read_text() for page in sorted(publication.file.pages.glob("*.html"))),
        )


@pytest.fixture(scope="module")
def whole(companies: Companies) -> Found:
    """A small company that has every topic."""
    return found_in(companies, frozenset())


def test_a_small_company_passes(whole: Found) -> None:
    assert whole.failed == []
    assert whole.errors == []
    assert "not known: " not in whole.answers


@pytest.mark.parametrize("missing", MISSING, ids=missing_name)
def test_without_a_topic_it_passes_and_is_told_nothing_of_it(
    companies: Companies, whole: Found, missing: frozenset[str]
) -> None:
    found = found_in(companies, missing)
    assert found.failed == []
    # Health is scored without a topic too: that nobody is healthy then is measured.
    assert found.zeros - {"healthy_clients", "healthy_client_rate"} <= whole.zeros
    assert found.errors == []
    assert found.warnings <= whole.warnings
    needed = {
        "Active clients": "product.usage_events",
        "MRR": "billing.subscriptions",
        "Net promoter score": "feedback.survey_responses",
        "Lifetime value": "billing.subscriptions",
    }
    for label, table in needed.items():
        (answer,) = re.findall(rf"^ *{label} +(.*)$", found.answers, re.MULTILINE)
        assert answer.startswith("not known: ") == (table in missing)
        said = f"The raw table {table} has no rows." in found.pages.replace("<wbr>", "")
        assert said == (table in missing)


def test_a_company_of_three_clients_and_nothing_else_is_published(tmp_path: Path) -> None:
    project = DbtProject(tmp_path)
    project.use_own_raw_tables()
    for table, rows in raw_rows(frozenset(TOPICS)).items():
        project.write_raw(table, rows)
    project.vars |= {name: False for name in read_vars() if name.endswith("_enabled")}
    project.vars["empty_tables"] = sorted(TOPICS)
    result = project.build()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 errors, 0 warnings" in result.stdout
    asked = [sys.executable, "-m", "active_clients.query", "--metrics", "mrr,new_clients"]
    answer = run_script([*asked, "--file", str(project.published)])
    assert "mrr is not known: billing.subscriptions has no rows" in answer.stderr
    assert answer.stdout.split()[-1] == "3"
