"""scripts/publish: one step for readers, no personal data, locked down."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from active_clients import publish
from active_clients.dashboards.boards import BoardsError
from active_clients.project import marts, read_manifest, read_vars
from active_clients.publish import Publication
from active_clients.query import open_published
from active_clients.unchanged import is_tested, remember_tested
from conftest import Built, run_script, table_hashes
from conftest import environment as environment_of

VARIABLES = read_vars()


@pytest.fixture
def publication(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publication:
    """A publication of the demo build, not begun."""
    for name, value in built.project.environment.items():
        monkeypatch.setenv(name, value)
    read_manifest.cache_clear()
    return Publication(tmp_path / "published.duckdb", VARIABLES)


@pytest.fixture
def target(publication: Publication) -> Path:
    """What it will publish to."""
    return publication.file.link


def test_readers_keep_their_snapshot_and_new_ones_see_the_new_file(
    built: Built, publication: Publication, target: Path
) -> None:
    shutil.copy(built.published, target)
    with open_published(target) as reader:
        before = reader.execute("select count(*) from marts.dim_clients").fetchall()
        publication.prepare()
        with duckdb.connect(str(publication.file.next)) as connection:
            connection.execute("delete from marts.dim_clients")
        publication.commit()
        assert reader.execute("select count(*) from marts.dim_clients").fetchall() == before
    with open_published(target) as reader:
        assert reader.execute("select count(*) from marts.dim_clients").fetchall() == [(0,)]


def test_older_duckdbs_can_open_what_is_published(built: Built) -> None:
    """DuckDB 2 would write a file that 1.5 refuses."""
    with open_published(built.published) as reader:
        ((tags,),) = reader.execute(
            "select tags from duckdb_databases() where database_name = current_database()"
        ).fetchall()
    assert tags["storage_version"] == "v1.0.0+"


def test_a_publication_that_stops_half_way_changes_nothing(
    built: Built, publication: Publication, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(built.published, target)
    before = target.read_bytes()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(publication, "_add_metrics", stop)
    with pytest.raises(KeyboardInterrupt):
        publication.prepare()
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["published.duckdb"]


def test_a_file_left_by_a_killed_build_is_replaced(publication: Publication, target: Path) -> None:
    publication.file.next.parent.mkdir(parents=True)
    publication.file.next.write_bytes(b"half a file")
    target.with_name("published.duckdb.next").write_bytes(b"half a file of an earlier release")
    publication.prepare()
    publication.commit()
    assert table_hashes(target)
    assert not target.with_name("published.duckdb.next").exists()


def test_publishing_twice_gives_the_same_rows(
    built: Built, publication: Publication, target: Path
) -> None:
    publication.prepare()
    publication.commit()
    assert table_hashes(target) == table_hashes(built.published)
    assert table_hashes(target, "metrics") == table_hashes(built.published, "metrics")


def test_every_mart_is_a_table_with_comments(built: Built, publication: Publication) -> None:
    with open_published(built.published) as reader:
        tables = dict(
            reader.execute(
                "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
            ).fetchall()
        )
        silent = reader.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name in ('marts', 'metrics') and table_name <> 'semantic_manifest'"
            " and coalesce(comment, '') = ''"
        ).fetchall()
        odd = reader.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name in ('marts', 'metrics') and data_type in ('HUGEINT', 'DOUBLE')"
        ).fetchall()
    assert set(tables) == {mart.name for mart in marts()} | {"publication"}
    assert all(tables.values())
    assert silent == []
    assert odd == [], "tools read these types as text, or round them"


def test_no_column_with_personal_data_is_published(built: Built, publication: Publication) -> None:
    direct = {
        (mart.name, column)
        for mart in marts()
        for column in mart.columns
        if mart.column_meta(column).get("pii") == "direct"
    }
    assert direct
    with open_published(built.published) as reader:
        columns = reader.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
    assert not direct & set(columns)


def test_a_hash_of_personal_data_is_as_personal(built: Built, publication: Publication) -> None:
    """Without a key, one e-mail address was guessed from its hash in 83,086 tries."""
    code = {
        node["name"]: node["raw_code"]
        for node in read_manifest()["nodes"].values()
        if node["resource_type"] == "model"
    }
    hashed = [
        (mart, column)
        for mart in marts()
        for given, column in re.findall(
            r"surrogate_key\(\[(.*?)\]\)\s*}}\s*as (\w+)", code[mart.name], re.DOTALL
        )
        if any(
            mart.column_meta(name).get("pii") == "direct"
            for name in re.findall(r"'(\w+)'", given)
            if name in mart.columns
        )
    ]
    assert [column for _, column in hashed] == ["quarantined_row_id"]
    assert all(mart.column_meta(column).get("pii") == "direct" for mart, column in hashed)


def test_no_published_text_looks_like_an_e_mail_address(built: Built) -> None:
    with open_published(built.published) as reader:
        columns = reader.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where not internal and data_type like '%VARCHAR%'"
        ).fetchall()
        for schema, table, column in columns:
            found = reader.execute(
                f'select count(*) from "{schema}"."{table}" '
                f"where regexp_matches(cast(\"{column}\" as varchar), '[^@\\s]+@[^@\\s]+\\.[a-z]+')"
            ).fetchall()
            assert found == [(0,)], f"{schema}.{table}.{column}"


def test_an_e_mail_address_in_a_mart_blocks(
    built: Built,
    publication: Publication,
    target: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoiled = tmp_path / "spoiled.duckdb"
    shutil.copy(built.project.database, spoiled)
    with duckdb.connect(str(spoiled)) as connection:
        connection.execute("update marts.dim_clients set client_name = 'Ann <ann@example.com>'")
    monkeypatch.setenv("ACTIVE_CLIENTS_DATABASE", str(spoiled))
    with pytest.raises(Exception, match=r"dim_clients\.client_name"):
        publication.prepare()
    assert not target.exists()


def test_free_text_is_published_only_on_request(publication: Publication) -> None:
    publication.publish_free_text = True
    publication.prepare()
    with duckdb.connect(str(publication.file.next), read_only=True) as connection:
        columns = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'fct_survey_responses'"
        ).fetchall()
    publication.discard()
    assert ("comment_text",) in columns


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/hostname')",
        "select * from '/etc/passwd'",
        "select * from glob('/etc/*')",
        "copy marts.dim_clients to '/tmp/clients.csv'",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
        "set memory_limit = '1GB'",
        "install httpfs",
        "create table marts.mine as select 1",
    ],
)
def test_reader_is_locked_in(built: Built, statement: str) -> None:
    with open_published(built.published) as reader, pytest.raises(duckdb.Error):
        reader.execute(statement)


@pytest.mark.parametrize("folder", ["", ".tmp"])
@pytest.mark.parametrize(
    "statement",
    ["export database '{}/all'", "copy marts.dim_clients to '{}/one.csv'", "attach '{}/one.db'"],
)
def test_reader_cannot_write_beside_the_file(
    built: Built, tmp_path: Path, statement: str, folder: str
) -> None:
    target = tmp_path / "published.duckdb"
    shutil.copy(built.published, target)
    beside = Path(f"{target}{folder}") if folder else tmp_path
    beside.mkdir(exist_ok=True)
    with open_published(target) as reader, pytest.raises(duckdb.PermissionException):
        reader.execute(statement.format(beside))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target]


def test_publication_says_what_the_file_is(built: Built) -> None:
    (row,) = built.project.rows("from marts.publication", built.published)
    as_of_date, version, mart_count, row_count, row_counts = row
    counts = json.loads(row_counts)
    assert as_of_date is not None
    assert version
    assert mart_count == len(counts)
    assert row_count == sum(counts.values())
    for name, count in counts.items():
        assert built.project.rows(f"select count(*) from marts.{name}", built.published) == [
            (count,)
        ]


def run_publish(environment: Mapping[str, str], target: Path) -> CompletedProcess[str]:
    return run_script(
        [sys.executable, "-m", "active_clients.publish", "--target-file", str(target)], environment
    )


def test_script_publishes_the_last_build(built: Built, tmp_path: Path) -> None:
    target = tmp_path / "again.duckdb"
    result = run_publish(built.project.environment, target)
    assert result.returncode == 0, result.stderr
    assert table_hashes(target) == table_hashes(built.published)


def test_script_refuses_a_private_file_that_was_changed_after_its_tests(
    built: Built, tmp_path: Path
) -> None:
    private = tmp_path / "build.duckdb"
    shutil.copy(built.project.database, private)
    # The mark is of the file where it was, and says nothing of a copy.
    shutil.copy(built.project.database.with_suffix(".tested"), private.with_suffix(".tested"))
    environment = {**built.project.environment, "ACTIVE_CLIENTS_DATABASE": str(private)}
    with environment_of(**environment):
        assert not is_tested()
        remember_tested()
        assert is_tested()
    with duckdb.connect(str(private)) as connection:
        connection.execute("delete from marts.fct_client_mrr where hash(client_id) % 2 = 0")
    result = run_publish(environment, tmp_path / "published.duckdb")
    assert result.returncode == 1
    assert "not as a build left it whose tests passed" in result.stderr
    assert "run scripts/build --again" in result.stderr
    assert not (tmp_path / "published.duckdb").exists()


def test_script_waits_for_no_build(built: Built, tmp_path: Path) -> None:
    with built.project.database.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_publish(built.project.environment, tmp_path / "published.duckdb")
    assert result.returncode == 1
    assert "another build is running" in result.stderr


def test_metrics_are_written_again_only_for_other_definitions(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    manifest = (built.project.path / "target/semantic_manifest.json").read_text()
    asked: list[str] = []

    def write(content: str, names: set[str]) -> publish.PublishedMetrics:
        asked.append(content)
        return publish.PublishedMetrics(content, [("marts", "a")], [("q", "says", "select 1", {})])

    monkeypatch.setattr(publish, "_write_metrics", write)
    first = publish.write_metrics(manifest, {"a"})
    assert publish.write_metrics(manifest, {"a"}) == first
    assert len(asked) == 1
    publish.write_metrics(manifest, {"a", "b"})
    other = publish.write_metrics(manifest + " ", {"a", "b"})
    assert len(asked) == 3
    assert other is not None
    assert other.manifest == manifest + " "


def test_saved_queries_by_a_period_say_whether_it_is_over(built: Built) -> None:
    rows = built.project.rows(
        "select metric_time__month, is_complete from metrics.monthly_renewals", built.published
    )
    complete = {month.date() for month, is_complete in rows if is_complete}
    running = {month.date() for month, is_complete in rows if not is_complete}
    assert max(complete) == date(2025, 6, 1)
    assert min(running) == date(2025, 7, 1)


def test_pages_are_published_with_the_file(publication: Publication, target: Path) -> None:
    publication.prepare()
    publication.draw()
    assert not publication.file.pages.exists()
    publication.commit()
    page = target.with_name("published.dashboards") / "index.html"
    assert "As of 30 June 2025" in page.read_text()
    assert page.resolve().parent.parent == target.resolve().parent


def test_a_board_that_cannot_be_drawn_stops_the_publication(
    publication: Publication, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BoardsError(["dashboards/overview.yml, chart 'MRR': the SQL cannot be run"])

    monkeypatch.setattr(publish, "write_pages", fail)
    publication.prepare()
    with pytest.raises(BoardsError, match="cannot be drawn for one problem"):
        publication.draw()
    assert not target.exists()
    assert not publication.file.versions.exists()
