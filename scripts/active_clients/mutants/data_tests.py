"""dbt's data tests, asked about what a wrong version of a model would have made of the demo."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from active_clients.mutants.mutations import Key, Mutation, mutations
from active_clients.mutants.unit_tests import NO_SQL, Verdict
from active_clients.project import ProjectError, read_manifest

# What takes so much longer than all models together would not stay unnoticed.
SECONDS = 20.0
MUTANT = "temp.main.mutant"


@dataclass
class BuiltModel:
    """A model of the demo, with the data tests that read it."""

    name: str
    topic: str
    relation: str
    text: str
    tests: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tree: exp.Expr | None = None
        self._mutations: dict[Key, Mutation] = {}

    @property
    def tree(self) -> exp.Expr:
        """The SQL as it was built."""
        if self._tree is None:
            self._tree = sqlglot.parse_one(self.text, dialect="duckdb")
            self._mutations = mutations(self._tree)
        return self._tree

    @property
    def mutations(self) -> dict[Key, Mutation]:
        """All that can be wrong with it."""
        return self._mutations if self.tree else {}


def read_models(target: Path) -> dict[str, BuiltModel]:
    """The models that dbt built last, by name, with their data tests of severity error."""
    nodes = read_manifest(target / "manifest.json")["nodes"]
    found: dict[str, BuiltModel] = {}

    def text(node: dict[str, Any]) -> str:
        path: Path = target / "compiled" / node["package_name"] / node["original_file_path"]
        file = path / f"{node['name']}.sql" if path.suffix == ".yml" else path
        try:
            return file.read_text()
        except FileNotFoundError as error:
            raise ProjectError(f"{file} is missing; run scripts/build --again first") from error

    for key, node in nodes.items():
        if node["resource_type"] == "model":
            topic = Path(node["original_file_path"]).parts[1]
            relation = f'"{node["schema"]}"."{node["alias"]}"'
            found[key] = BuiltModel(node["name"], topic, relation, text(node))
    for node in nodes.values():
        if node["resource_type"] == "test" and node["config"]["severity"].lower() == "error":
            for model in (found[key] for key in node["depends_on"]["nodes"] if key in found):
                model.tests[node["name"]] = text(node)
    return {model.name: model for model in found.values()}


class Demo:
    """The private file of a build, as it is and as a mutant would have it."""

    def __init__(self, database: Path) -> None:
        if not database.exists():
            raise ProjectError(f"{database} is missing; run scripts/build --unit-tests first")
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(f"attach '{database}' as build (read_only); use build")
        self.connection.execute("set TimeZone = 'UTC'")

    def verdict(self, model: BuiltModel) -> tuple[Verdict, str]:
        """What the data tests say of a model's SQL, as it is now, and the first that fails.

        A mutant whose rows are those of the build passes without being asked more.
        """
        timer = Timer(SECONDS, self.connection.interrupt)
        timer.start()
        try:
            self.build(model)
            if not self.differs(model):
                return Verdict.PASSES, ""
            for name, test in model.tests.items():
                asked = test.replace(f'"build".{model.relation}', MUTANT)
                if self.one(f"select count(*) from ({asked}) as failed"):
                    return Verdict.FAILS, name
        except NO_SQL:
            return Verdict.NO_SQL, ""
        except duckdb.Error:
            return Verdict.FAILS, "the build"
        finally:
            timer.cancel()
        return Verdict.PASSES, ""

    def build(self, model: BuiltModel) -> None:
        """What the model's SQL makes of the demo, in the columns of its contract."""
        described = self.connection.execute(f"describe {model.relation}").fetchall()
        columns = ", ".join(f'"{column[0]}"' for column in described)
        self.connection.execute(
            f"create or replace temp table mutant as from {model.relation} limit 0;"
            f"insert into {MUTANT} select {columns} from ({model.tree.sql('duckdb')}) as model"
        )

    def differs(self, model: BuiltModel) -> bool:
        """Whether the mutant's rows are others than those of the build."""
        return bool(
            self.one(
                f"select count(*) from ((from {MUTANT} except all from {model.relation})"
                f" union all (from {model.relation} except all from {MUTANT}))"
            )
        )

    def one(self, sql: str) -> Any:
        """The one value that a query returns."""
        return self.connection.execute(sql).fetchall()[0][0]
