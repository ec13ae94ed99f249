"""The file that readers open: no tool that opens it for writing can spoil it or its successors."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, ProjectError
from active_clients.published_file import PublishedFile, page_to_open

ROWS = 100


def publish(path: Path, number: int) -> PublishedFile:
    """Publish a table of 100 rows that say which publication they are of."""
    file = PublishedFile(path)
    with duckdb.connect(str(file.begin())) as connection:
        connection.execute(f"create table t as select {number} as number from range({ROWS})")
    file.put()
    return file


def read(path: Path) -> list[tuple[int, int]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select number, count(*) from t group by all").fetchall()


@contextmanager
def tool(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the file open for writing, runs each line of SQL, and is killed."""
    code = (
        "import sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "print('open', flush=True)\n"
        "for line in sys.stdin:\n"
        "    try:\n"
        "        connection.execute(line)\n"
        "        print('done', flush=True)\n"
        "    except duckdb.Error as error:\n"
        "        print('refused', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(process: subprocess.Popen[str], sql: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(sql + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_a_reader_and_a_writer_over_three_publications(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    publish(path, 1)
    reader = duckdb.connect(str(path), read_only=True)
    publish(path, 2)
    with tool(path) as writer:
        assert ask(writer, "delete from t") == "refused"
        publish(path, 3)
        assert read(path) == [(3, ROWS)]
        assert ask(writer, "insert into t values (9)") == "refused"
        publish(path, 4)
        assert ask(writer, "delete from t") == "refused"
    assert read(path) == [(4, ROWS)]
    assert reader.execute("select number, count(*) from t group by all").fetchall() == [(1, ROWS)]
    reader.close()


@pytest.mark.parametrize(
    "sql",
    [
        "delete from t where random() < 0.5",
        "create table much as select range, md5(range::varchar) from range(300000)",
        "drop table t",
    ],
)
@pytest.mark.parametrize("checkpoint_threshold", ["1B", "16MB"])
def test_what_is_published_cannot_be_written_to(
    tmp_path: Path, sql: str, checkpoint_threshold: str
) -> None:
    path = tmp_path / "published.duckdb"
    publish(path, 1)
    with tool(path) as writer:
        ask(writer, f"set checkpoint_threshold = '{checkpoint_threshold}'")
        assert ask(writer, sql) == "refused"
        ask(writer, "checkpoint")
    assert read(path) == [(1, ROWS)]


def test_the_log_of_a_tool_that_died_on_a_plain_file_is_not_replayed(tmp_path: Path) -> None:
    """Earlier releases published a plain file."""
    path = tmp_path / "published.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table t as select 0 as number from range({ROWS})")
    with tool(path) as writer:
        assert ask(writer, "delete from t") == "done"
    log = path.with_name("published.duckdb.wal")
    assert log.is_file()
    publish(path, 1)
    assert read(path) == [(1, ROWS)]
    assert log.is_symlink()
    assert not log.exists()


def test_a_tool_that_has_a_plain_file_open_writes_to_that(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table t as select 0 as number from range({ROWS})")
    with tool(path) as writer:
        publish(path, 1)
        ask(writer, "delete from t")
        assert read(path) == [(1, ROWS)]
        publish(path, 2)
        ask(writer, "delete from t")
    assert read(path) == [(2, ROWS)]


def test_the_newest_version_and_the_one_before_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    for number in range(1, 6):
        file = publish(path, number)
    assert sorted(entry.name for entry in file.versions.iterdir()) == ["4", "5"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "published.duckdb",
        "published.duckdb.versions",
        "published.duckdb.wal",
    ]
    assert not path.readlink().is_absolute()


def test_readers_never_find_nothing(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    publish(path, 0)
    code = (
        "import sys, duckdb\n"
        "print('open', flush=True)\n"
        "for i in range(60):\n"
        "    with duckdb.connect(sys.argv[1], read_only=True) as connection:\n"
        "        rows = connection.execute('select count(*), min(number) = max(number) from t')\n"
        f"        assert rows.fetchall() == [({ROWS}, True)]\n"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert reader.stdout is not None
    reader.stdout.readline()
    number = 0
    while reader.poll() is None and number < 500:
        number += 1
        publish(path, number)
        # Nobody publishes twice while another opens a file.
        time.sleep(0.01)
    assert reader.communicate(timeout=60)[1] == b""
    assert number > 3


def test_mode_and_group_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "published.duckdb"
    path.write_bytes(b"")
    path.chmod(0o640)
    group = path.stat().st_gid
    if os.geteuid() == 0:
        os.chown(path, 1, 100)
        group = 100
    for number in (1, 2):
        publish(path, number)
        found = path.stat()
        assert stat.S_IMODE(found.st_mode) == 0o640
        assert found.st_gid == group
        if os.geteuid() == 0:
            assert found.st_uid == 1
    assert stat.S_IMODE(path.resolve().parent.stat().st_mode) == stat.S_IMODE(
        tmp_path.stat().st_mode
    )


def test_a_first_publication_is_for_whom_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        publish(tmp_path / "deep" / "published.duckdb", 1)
    finally:
        os.umask(before)
    found = (tmp_path / "deep" / "published.duckdb").stat()
    assert stat.S_IMODE(found.st_mode) == 0o640


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_of_the_owner_stays_one(tmp_path: Path, is_there: bool) -> None:
    share = tmp_path / "share"
    share.mkdir()
    if is_there:
        (share / "numbers.duckdb").write_bytes(b"")
    link = tmp_path / "published.duckdb"
    link.symlink_to("share/numbers.duckdb")
    for number in (1, 2, 3):
        publish(link, number)
        assert str(link.readlink()) == "share/numbers.duckdb"
        assert read(link) == read(share / "numbers.duckdb") == [(number, ROWS)]
    assert (tmp_path / "published.duckdb.wal").is_symlink()
    assert len(list((share / "numbers.duckdb.versions").iterdir())) == 2


def test_links_in_a_circle_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(ProjectError, match="leads to itself"):
        PublishedFile(tmp_path / "a")


def test_two_publications_at_once_do_not_mix(tmp_path: Path) -> None:
    first, second = (PublishedFile(tmp_path / "published.duckdb") for _ in range(2))
    first.begin()
    with pytest.raises(ProjectError, match="is being published"):
        second.begin()
    first.discard()
    second.begin()
    second.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_at_the_path_is_named(tmp_path: Path) -> None:
    (tmp_path / "published.duckdb").mkdir()
    with pytest.raises(ProjectError, match="is a folder"):
        PublishedFile(tmp_path / "published.duckdb")


def publish_with_pages(path: Path, number: int) -> PublishedFile:
    """The same with a page that says its number."""
    file = PublishedFile(path)
    with duckdb.connect(str(file.begin())) as connection:
        connection.execute(f"create table t as select {number} as number from range({ROWS})")
    file.next_pages.mkdir()
    (file.next_pages / "index.html").write_text(str(number))
    file.put()
    return file


def test_pages_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "active_clients.duckdb"
    for number in (1, 2, 3):
        file = publish_with_pages(path, number)
        assert read(path) == [(number, ROWS)]
        assert (tmp_path / "dashboards/index.html").read_text() == str(number)
    assert file.pages == tmp_path / "dashboards"
    assert file.pages.is_symlink()
    assert not file.pages.readlink().is_absolute()
    kept = sorted(file.versions.glob("*/dashboards/index.html"))
    assert [page.read_text() for page in kept] == ["2", "3"]
    # A file without pages has not those of the one before.
    publish(path, 4)
    assert not (tmp_path / "dashboards").exists()


def test_pages_of_several_files_stand_side_by_side(tmp_path: Path) -> None:
    publish_with_pages(tmp_path / "active_clients.duckdb", 1)
    publish_with_pages(tmp_path / "other.duckdb", 2)
    assert (tmp_path / "dashboards/index.html").read_text() == "1"
    assert (tmp_path / "other.dashboards/index.html").read_text() == "2"


def test_pages_stand_where_a_link_of_the_owner_leads(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "active_clients.duckdb").symlink_to("share/numbers.duckdb")
    publish_with_pages(tmp_path / "active_clients.duckdb", 1)
    page = tmp_path / "share/numbers.dashboards/index.html"
    assert page_to_open(tmp_path / "active_clients.duckdb") == page
    assert page.read_text() == "1"
    assert page_to_open(ROOT / DEFAULT_PUBLISHED_FILE) == Path("warehouse/dashboards/index.html")


def test_who_may_read_the_file_may_read_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "active_clients.duckdb"
    publish_with_pages(path, 1)
    page = tmp_path / "dashboards/index.html"
    assert stat.S_IMODE(page.stat().st_mode) == stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o640)
    group = path.stat().st_gid
    if os.geteuid() == 0:
        os.chown(path, 1, 100)
        group = 100
    publish_with_pages(path, 2)
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert page.stat().st_gid == page.parent.stat().st_gid == group
    assert page.stat().st_uid == path.stat().st_uid


def test_a_folder_in_the_way_of_the_pages_stays(tmp_path: Path) -> None:
    path = tmp_path / "active_clients.duckdb"
    publish_with_pages(path, 1)
    (tmp_path / "dashboards").unlink()
    (tmp_path / "dashboards").mkdir()
    with pytest.raises(ProjectError, match="is in the way of the link to the dashboards"):
        publish_with_pages(path, 2)
    assert read(path) == [(1, ROWS)]
