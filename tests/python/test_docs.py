"""The documents say what the project is: names, links and snippets are checked against it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path

import pytest
import yaml

from active_clients.project import ROOT, raw_tables, read_vars, variable_rules, variable_wants
from test_project import marts, models, parsed_manifest, relative, sql_files, without_comments

README = ROOT / "README.md"
CHANGELOG = ROOT / "CHANGELOG.md"
# Names models as they were called when they were measured.
MEASUREMENTS = ROOT / "docs/performance.md"
METRICS = ROOT / "docs/metrics.md"
CONFIGURATION = ROOT / "docs/configuration.md"
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "models").rglob("README.md"),
        *(ROOT / "examples").glob("*/README.md"),
    ]
)
DISPOSITIONS = {"accepted", "duplicate", "quarantined"}


def section(document: Path, heading: str) -> str:
    """The text under a heading of the second level."""
    parts = re.split(r"^## ", document.read_text(), flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(heading + "\n"))


def table_rows(text: str) -> Iterator[list[str]]:
    """The cells of the rows of the tables in a text, without their headings."""
    lines = text.splitlines()
    for line, following in pairwise([*lines, ""]):
        is_heading = following.startswith("|---")
        if line.startswith("|") and not line.startswith("|---") and not is_heading:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def names(cell: str) -> list[str]:
    """The names in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def documented(text: str) -> list[str]:
    """The names in the first column of the tables of a text."""
    return [name for row in table_rows(text) for name in names(row[0])]


def declared_vars() -> dict[str, object]:
    variables: dict[str, object] = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    return variables


def metric_names() -> list[str]:
    return sorted(metric["name"] for metric in parsed_manifest()["metrics"].values())


def test_readme_stays_readable() -> None:
    """A line per mart, and little else."""
    text = re.sub(r"```mermaid.*?```", "", README.read_text(), flags=re.DOTALL)
    assert sum(not line.startswith("|") for line in text.splitlines() if line) < 125


def test_readme_lists_every_mart_once() -> None:
    assert sorted(documented(section(README, "What you get"))) == sorted(marts())


def test_every_metric_is_listed_once() -> None:
    assert sorted(documented(METRICS.read_text())) == metric_names()


def test_every_variable_is_listed_once_with_its_default() -> None:
    assert sorted(documented(CONFIGURATION.read_text())) == sorted(declared_vars())
    wrong = {}
    for variables, default, _, _ in table_rows(CONFIGURATION.read_text()):
        said = "" if default == "empty" else default.strip("`")
        for name in names(variables):
            value = declared_vars()[name]
            meant = str(value).lower() if isinstance(value, bool) else str(value)
            if said != meant:
                wrong[name] = f"{said} instead of {meant}"
    assert wrong == {}


def test_what_a_variable_takes_and_means_is_said_as_it_is_checked() -> None:
    rules = variable_rules()
    assert list(rules) == list(declared_vars())
    said = {
        name: (takes, meaning)
        for variables, _, takes, meaning in table_rows(CONFIGURATION.read_text())
        for name in names(variables)
    }
    assert said == {name: (variable_wants(rule), rule["meaning"]) for name, rule in rules.items()}


def test_every_table_and_flag_is_in_the_page_on_own_data() -> None:
    text = (ROOT / "docs/bring_your_own_data.md").read_text()
    rows = {row[0]: row[1:] for row in table_rows(text)}
    for source in parsed_manifest()["sources"].values():
        needed, optional = rows[source["source_name"]]
        flag = source["config"]["meta"].get("flag")
        if flag:
            assert f"`{source['name']}` (`{flag}`)" in optional
        else:
            assert source["name"] in names(needed)
    listed = sum(len(names(cell)) for row in rows.values() for cell in row)
    flags = sum(name.endswith("_enabled") for row in rows.values() for name in names(row[1]))
    assert listed - flags == len(parsed_manifest()["sources"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://\S+$", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)
    assert broken == []


def anchors(document: Path) -> set[str]:
    """The names under which a document's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def staging_reasons() -> Iterator[tuple[str, str]]:
    """Each raw table with what its staging model may reject a row for, in that order."""
    for path in sql_files("models/staging"):
        for block in re.findall(r"rejection_reasons\(\{(.*?)\}\)", path.read_text(), re.DOTALL):
            for reason in re.findall(r"^\s*'([^']+)':", block, re.MULTILINE):
                yield path.stem.split("__")[1], reason


def test_every_reason_names_a_column_of_the_contract() -> None:
    columns = {table.name: list(table.columns) for table in raw_tables(read_vars())}
    with (ROOT / "seeds/reference/rejection_rules.csv").open(newline="") as file:
        rules = [row["rejection_rule"] for row in csv.DictReader(file)]
    for table, found in groupby(staging_reasons(), key=itemgetter(0)):
        places = []
        for _, reason in found:
            rule, _, column = reason.partition(":")
            assert column in columns[table], f"{table}: {reason}"
            places.append((rules.index(rule), columns[table].index(column)))
        assert places == sorted(set(places)), f"{table}: in the order of rules, then of columns"


def test_rejection_rules_are_those_that_models_apply() -> None:
    in_staging = {reason.split(":")[0] for _, reason in staging_reasons()}
    across_tables = {
        value
        for path in sql_files("macros/base")
        + sorted((ROOT / "models/base/intermediate").glob("int_*_classified.sql"))
        + sorted((ROOT / "models/base/intermediate").glob("int_usage_events*.sql"))
        for value in re.findall(r"then '([a-z_]+)[:']", without_comments(path.read_text()))
    } - DISPOSITIONS
    with (ROOT / "seeds/reference/rejection_rules.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["rejection_rule"] for row in rows) == sorted(in_staging | across_tables)
    assert [int(row["rule_number"]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["meaning"] and row["what_to_do"] for row in rows)


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_models_named_in_documents_exist(document: Path) -> None:
    named = set(re.findall(r"\b((?:dim|fct|int|stg)_[a-z0-9_]*[a-z0-9])\b", document.read_text()))
    with_old_names = {CHANGELOG, MEASUREMENTS}
    renamed = {old for old, _ in renamed_models()} if document in with_old_names else set()
    assert sorted(named - set(models()) - renamed) == []


def renamed_models() -> list[tuple[str, str]]:
    """Models that got another name or became part of another one, as the changelog lists them."""
    table = re.search(r"\| old name \| new name \|\n.*?\n\n", CHANGELOG.read_text(), re.DOTALL)
    assert table
    return re.findall(r"^\| `(\w+)` \| `(\w+)` \|$", table.group(0), re.MULTILINE)


def test_renamed_models_have_their_new_names() -> None:
    old_names, new_names = zip(*renamed_models(), strict=True)
    assert sorted(set(old_names) & set(models())) == []
    assert sorted(set(new_names) - set(models())) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_files_and_tests_named_in_documents_exist(document: Path) -> None:
    text = document.read_text()
    folders = "scripts|models|macros|seeds|tests|expectations|docs"
    paths = {
        path.rstrip("/.,")
        for path in re.findall(rf"(?<![\w/.])((?:{folders})/[\w./-]+)(?![\w*<{{])", text)
    }
    # An example speaks of its own folders too.
    folders_meant = (ROOT, document.parent)
    missing = [path for path in paths if not any((f / path).exists() for f in folders_meant)]
    assert sorted(missing) == []
    singular = {path.stem for path in (ROOT / "tests/singular").glob("*.sql")}
    assert sorted(set(re.findall(r"\bassert_\w+", text)) - singular) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_names_in_snippets_exist(document: Path) -> None:
    snippets = "\n".join(re.findall(r"```\w*\n(.*?)```", document.read_text(), re.DOTALL))
    flags = set(re.findall(r"\b\w+_(?:enabled|location)\b", snippets))
    assert sorted(flags - set(declared_vars())) == []
    asked = {
        name
        for value in re.findall(r"--metrics (\S+)", snippets)
        for name in value.split(",")
        if "<" not in name
    }
    assert sorted(asked - set(metric_names())) == []


def test_the_view_that_is_shown_has_the_columns_of_the_contract() -> None:
    text = (ROOT / "docs/bring_your_own_data.md").read_text()
    [snippet] = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    _, table = re.findall(r"create (?:schema|view) (\w+)(?:\.(\w+))?", snippet)[1]
    sources = parsed_manifest()["sources"].values()
    contract = next(source for source in sources if source["name"] == table)
    assert re.findall(r" as (\w+),?$", snippet, re.MULTILINE) == list(contract["columns"])


def test_examples_are_listed_in_the_page_on_own_data() -> None:
    text = (ROOT / "docs/bring_your_own_data.md").read_text()
    for example in sorted((ROOT / "docs/examples").glob("*.sql")):
        assert f"(examples/{example.name})" in text


def test_decisions_have_the_same_parts() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(re.match(r"adr-(\d{4})-", path.name)[1]) for path in decisions]  # type: ignore[index]
    assert numbers == list(range(1, len(decisions) + 1))
    parts = ["Context", "Decision", "Cost", "What would change our mind"]
    for path in decisions:
        assert re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) == parts, path.name


def test_changelog_knows_this_version() -> None:
    version = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_mart_says_what_it_needs() -> None:
    listed = re.findall(r"'mart': '(\w+)'", (ROOT / "macros/reports/covered_marts.sql").read_text())
    assert sorted([*listed, "fct_coverage"]) == sorted(marts())
