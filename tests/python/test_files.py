"""Raw files: what a valid one holds arrives to the letter, what is wrong with one is told."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from active_clients.project import raw_tables, read_vars
from conftest import SOURCES, DbtProject

HEADER = [
    "response_id", "invitation_id", "survey_id", "survey_type", "survey_purpose", "client_id",
    "user_id", "channel", "score", "comment", "responded_at", "loaded_at",
]  # fmt: skip


DECOY = "\n".join(["r,,,nps,,c1,,,0,no,2025-05-05,2025-07-01"] * 30)
PLACE = "/a/place"
RELATION = next(
    table.relation
    for table in raw_tables(read_vars() | {f"{source}_location": PLACE for source in SOURCES})
    if table.name == "survey_responses"
)


def read(path: Path) -> list[tuple[Any, ...]]:
    """Survey responses as staging reads them from a file."""
    with duckdb.connect() as connection:
        return connection.execute(f"select * from {RELATION.replace(PLACE, str(path))}").fetchall()


def rows_with(comments: list[str]) -> list[list[str]]:
    return [
        [f"r{n}", "", "", "nps", "", "c1", "", "", "9", comment, "2025-05-05", "2025-07-01"]
        for n, comment in enumerate(comments)
    ]


def as_read(rows: list[list[str]]) -> list[tuple[Any, ...]]:
    return [tuple(cell or None for cell in row) for row in rows]


def write(path: Path, rows: list[list[str]], end: str = "\n", header: list[str] = HEADER) -> None:
    text = io.StringIO()
    # Unasked, Python would not quote a carriage return that ends no line.
    is_lone = any(re.search("\r(?!\n)", cell) for row in rows for cell in row)
    quoting = csv.QUOTE_ALL if is_lone else csv.QUOTE_MINIMAL
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())


def texts(line_break: str) -> Iterator[str]:
    """A break at the start, inside and at the end of texts of every length, and several."""
    for length in range(40):
        letters = "x" * length
        yield line_break + letters
        yield letters + line_break
        yield letters + line_break + "y"
        yield letters + line_break * 2 + 'said "no", twice'


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_quoted_line_breaks_arrive_to_the_letter(tmp_path: Path, line_break: str, end: str) -> None:
    everything = list(texts(line_break))
    for comments in ([text] for text in everything):
        rows = rows_with([*comments, "fine"])
        write(tmp_path / "one.csv", rows, end)
        assert read(tmp_path / "one.csv") == as_read(rows), repr(comments)
    rows = rows_with(everything)
    write(tmp_path / "all.csv", rows, end)
    assert read(tmp_path / "all.csv") == as_read(rows)


def test_quoted_line_breaks_arrive_wherever_a_buffer_ends(tmp_path: Path) -> None:
    """DuckDB reads 32 MB at a time; what looks like rows inside a text is none."""
    rows = rows_with([f"{n}\n{DECOY}{'x' * (n % 97)}" for n in range(60_000)])
    write(tmp_path / "large.csv", rows)
    assert (tmp_path / "large.csv").stat().st_size > 2 * 32_000_000
    assert read(tmp_path / "large.csv") == as_read(rows)


def test_marks_of_other_dialects_are_only_text(tmp_path: Path) -> None:
    """A row that begins with # is no comment; a byte order mark is no letter of the header."""
    rows = rows_with(["# one", ";", "\t", "'", "\\", "NULL", "ü€😀"])
    rows[0][0] = "#1"
    write(tmp_path / "marks.csv", rows)
    assert read(tmp_path / "marks.csv") == as_read(rows)
    bom = tmp_path / "bom.csv"
    bom.write_bytes(b"\xef\xbb\xbf" + (tmp_path / "marks.csv").read_bytes())
    assert read(bom) == as_read(rows)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DbtProject]:
    """The project, parsed once for each kind of file; they lie in raw/table/."""
    projects = {}
    for kind in ("csv", "parquet"):
        project = DbtProject(tmp_path_factory.mktemp(kind))
        location = str(project.path / "raw" / "{name}" / f"*.{kind}")
        project.vars = {f"{source}_location": location for source in SOURCES}
        projects[kind] = project.parsed()
    return projects


@pytest.fixture
def files(folders: dict[str, DbtProject]) -> DbtProject:
    """Every raw table as one CSV file with a header alone."""
    project = folders["csv"]
    for table in raw_tables(read_vars()):
        folder = project.path / "raw" / table.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "1.csv").write_text(",".join(table.columns) + "\n")
    return project


@pytest.fixture
def lake(folders: dict[str, DbtProject]) -> DbtProject:
    """Every raw table as one Parquet file in the types of the contract, without rows."""
    project = folders["parquet"]
    with duckdb.connect() as connection:
        for table in raw_tables(read_vars()):
            folder = project.path / "raw" / table.name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            columns = ", ".join(f"cast(null as {t}) as {c}" for c, t in table.columns.items())
            connection.execute(
                f"copy (select {columns} limit 0) to '{folder}/1.parquet' (format parquet)"
            )
    return project


def refusal(project: DbtProject) -> list[str]:
    """The problems that the run is stopped with, without the folder."""
    result = project.dbt("run", "--select", "+as_of", check=False)
    told = str(result.exception) + "".join(str(r.message) for r in result.result or [])
    assert not result.success
    assert "do not fit the input contract" in told, told
    return told.replace(str(project.path / "raw") + "/", "").split("\n  - ")[1:]


BIG = 30_000
PERSON = "ann@example.com"


def test_every_file_that_cannot_be_read_is_told_with_its_lines_and_the_cure(
    files: DbtProject,
) -> None:
    """All at once, none without its name, and no row."""
    raw = files.path / "raw"

    def put(name: str, lines: list[str], encoding: str = "utf-8") -> None:
        table = name.split("/")[0]
        columns = next(t.columns for t in raw_tables(read_vars()) if t.name == table)
        text = "\n".join([",".join(columns), *lines]) + "\n"
        (raw / name).write_bytes(text.encode(encoding))

    put("plans/1.csv", ["p1,Pro,1,5,2025-01-01", f"p2,{PERSON},Plus,1,5,2025-01-01"])
    many = [f"e{n},c,u,x,f,1,2025-01-01,2025-01-02" for n in range(BIG)]
    put("usage_events/1.csv", [*many, f"e,{PERSON},c,u,x,f,1,2025-01-01,2025-01-02", *many])
    put("offers/1.csv", [f"o{n},{PERSON}" for n in range(8)])
    put("users/1.csv", [f'u1,c1,"{PERSON}"x,admin,false,,2025-01-01,2025-01-02'])
    put("tickets/1.csv", ["t1,c1,u1,high,Müller,2025-01-01,,,2025-01-02"], "latin-1")
    put("invoices/1.csv", ["i1,c1,,5,USD,paid,2025-01-01,,2025-01-02"], "utf-16")
    put("referrals/1.csv", [f'r1,"c1 {PERSON},c2,2025-01-01,,2025-01-02', *["x"] * 9])
    (raw / "touchpoints/2.csv").write_bytes(b"")
    # Every row has a field too many: the first would be taken for the header.
    put("exchange_rates/1.csv", ["2025-01-01,EUR,1.1,2025-01-02,"[:-1] + f",{PERSON}"] * 3)
    told = refusal(files)
    assert PERSON not in "".join(told)
    for problem in (
        "billing.plans: plans/1.csv, line 3: more fields than the header has",
        f"product.usage_events: usage_events/1.csv, line {BIG + 2}: more fields than",
        "crm.offers: offers/1.csv, lines 2, 3, 4, 5, 6 and 3 more: fewer fields than",
        "product.users: users/1.csv, line 2: a double quote that does not end its value",
        "support.tickets: tickets/1.csv, line 2: not UTF-8: convert the file",
        "billing.invoices: invoices/1.csv, line 1: not UTF-8: convert the file",
        "crm.referrals: referrals/1.csv, line 2: ",
        "crm.touchpoints: touchpoints/2.csv is empty",
        "billing.exchange_rates: exchange_rates/1.csv, lines 2, 3, 4: more fields than",
    ):
        assert any(line.startswith(problem) for line in told), (problem, told)


def test_large_files_with_line_breaks_pass(files: DbtProject) -> None:
    rows = rows_with([f"{n}\n{DECOY}{'x' * (n % 97)}" for n in range(60_000)])
    write(files.path / "raw/survey_responses/1.csv", rows)
    files.dbt("run-operation", "check_input_contract")


def test_a_quote_that_never_ends_is_told_in_a_large_file(files: DbtProject) -> None:
    """Read as one stream, DuckDB drops what follows it and says nothing."""
    rows = rows_with(["fine" * 20] * 70_000)
    path = files.path / "raw/survey_responses/1.csv"
    write(path, rows)
    text = path.read_text().replace("r40000,,", 'r40000,",', 1)
    path.write_text(text)
    assert path.stat().st_size > 8_000_000
    (problem,) = refusal(files)
    assert problem.startswith("feedback.survey_responses: survey_responses/1.csv, line")
    assert "double quote" in problem


def test_a_first_row_that_is_no_header_is_not_shown(files: DbtProject) -> None:
    (files.path / "raw/plans/1.csv").write_text(f"p1,{PERSON},1,5,2025-01-01\n")
    (problem,) = refusal(files)
    assert problem.startswith("billing.plans (at plans/*.csv) has none of the columns")
    assert PERSON not in problem


def test_lines_that_end_in_two_ways_are_refused_by_file(files: DbtProject) -> None:
    """DuckDB gives up on them; its message is the one place without a line."""
    header = "plan_id,plan_name,plan_rank,included_seats,loaded_at"
    (files.path / "raw/plans/1.csv").write_text(
        f"{header}\r\np1,{PERSON},1,5,2025-01-01\n", newline=""
    )
    result = files.dbt("run", "--select", "+as_of", check=False)
    told = str(result.exception) + "".join(str(r.message) for r in result.result or [])
    assert "plans/1.csv" in told
    assert PERSON not in told


def test_a_column_that_one_of_the_files_lacks_is_told(files: DbtProject) -> None:
    columns = next(t.columns for t in raw_tables(read_vars()) if t.name == "subscriptions")
    other = ",".join(columns).replace("ended_at", "end_at")
    for name in ("2.csv", "3.csv"):
        (files.path / "raw/subscriptions" / name).write_text(other + "\n")
    quoted = ",".join(f'"{column.upper()}"' for column in columns)
    (files.path / "raw/subscriptions/4.csv").write_text(quoted + "\n")
    (problem,) = refusal(files)
    assert problem.startswith(
        "billing.subscriptions: subscriptions/2.csv and 1 like it has no column ended_at, which"
        " subscriptions/1.csv has"
    )


def add_events(lake: DbtProject, number: int, user: str, more: str = "") -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'e{number}' as event_id, 'c1' as client_id, {user} as user_id,"
            " 'report' as event_name, 'f' as feature, 1 as quantity,"
            " timestamp '2025-06-02' as occurred_at, timestamp '2025-07-01' as loaded_at"
            f"{more}) to '{lake.path}/raw/usage_events/{number}.parquet' (format parquet)"
        )


def test_an_id_that_one_of_the_files_holds_as_a_float_is_told(lake: DbtProject) -> None:
    (lake.path / "raw/usage_events/1.parquet").unlink()
    add_events(lake, 2, "8::bigint")
    add_events(lake, 3, "8::double")
    (problem,) = refusal(lake)
    assert problem.startswith(
        "product.usage_events: user_id in usage_events/3.parquet is a float (DOUBLE), so that 8"
        " would become 8.0 in all files of the table. Write it as text or as an integer"
    )


def test_lists_structures_and_missing_columns_are_told_together(lake: DbtProject) -> None:
    raw = lake.path / "raw"
    (raw / "usage_events/1.parquet").unlink()
    add_events(lake, 2, "['u1', 'u2']")
    add_events(lake, 3, "'u1'", ", 1 as extra")
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select {'a': 1, 'b': {'c': 2}} as client_id, 'x' as plan_id)"
            f" to '{raw}/subscriptions/2.parquet' (format parquet)"
        )
    told = refusal(lake)
    starts = [
        "billing.subscriptions: subscriptions/2.parquet has no column subscription_id, which",
        "billing.subscriptions: client_id in subscriptions/2.parquet is a list, map or structure",
        "product.usage_events: user_id in usage_events/2.parquet is a list, map or structure",
    ]
    for start in starts:
        assert any(line.startswith(start) for line in told), (start, told)
    assert not any("no column plan_id" in line for line in told)


def test_an_empty_float_column_beside_text_is_fine(lake: DbtProject) -> None:
    """As pandas writes a column without any value."""
    (lake.path / "raw/usage_events/1.parquet").unlink()
    add_events(lake, 2, "'u1'")
    add_events(lake, 3, "null::double")
    lake.dbt("run", "--select", "stg_product__usage_events")
    assert lake.rows(
        "select user_id, invalid_reasons from staging.stg_product__usage_events order by event_id"
    ) == [("u1", None), (None, "missing_user:user_id")]
