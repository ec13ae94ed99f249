"""What is published can be had as Parquet files."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from active_clients.export import default_folder, export
from active_clients.project import ProjectError
from conftest import Built, run_script


def tables(file: Path) -> set[tuple[str, str]]:
    """Schema and name of all that is published, but for the definitions of the metrics."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    return {*found} - {("metrics", "semantic_manifest")}


def test_files_hold_what_is_published(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    manifest = export(built.published, folder)
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    assert manifest["as_of_date"] == "2025-06-30"
    assert {entry["file"] for entry in manifest["files"]} == {
        f"{schema}/{table}.parquet" for schema, table in tables(built.published)
    }
    with duckdb.connect(str(built.published), read_only=True) as connection:
        for entry in manifest["files"]:
            table = entry["file"].removesuffix(".parquet").replace("/", ".")
            file = folder / entry["file"]
            [(rows,)] = connection.execute(f"select count(*) from {table}").fetchall()
            assert entry["rows"] == rows
            for one, other in (
                (f"from {table}", f"from '{file}'"),
                (f"from '{file}'", f"from {table}"),
            ):
                assert connection.execute(f"{one} except all {other}").fetchall() == [], table
            types = connection.execute(f"describe from '{file}'").fetchall()
            assert {name: kind for name, kind, *_ in types if kind == "DOUBLE"} == {
                name: kind
                for name, kind, *_ in connection.execute(f"describe {table}").fetchall()
                if kind == "DOUBLE"
            }


def test_a_new_export_takes_the_place_of_the_old_one_whole(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(built.published, folder)
    reading = folder.resolve()
    export(built.published, folder)
    assert (reading / "manifest.json").exists(), "who reads the one before keeps it"
    assert folder.resolve() != reading
    export(built.published, folder)
    assert not reading.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.versions"]


def test_an_export_that_fails_leaves_the_old_one(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(built.published, folder)
    before = folder.resolve()
    broken = tmp_path / "broken.duckdb"
    with duckdb.connect(str(broken)) as connection:
        connection.execute("create schema marts; create table marts.one as select 1")
    with pytest.raises(duckdb.Error):
        export(broken, folder)
    assert folder.resolve() == before
    assert sorted(path.name for path in (tmp_path / "out.versions").iterdir()) == [before.name]


def test_nothing_that_is_there_is_overwritten(built: Built, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(ProjectError, match="name another folder"):
        export(built.published, tmp_path / "mine")


def test_the_command_says_what_it_did(built: Built, tmp_path: Path) -> None:
    command = ["scripts/export", "--file", str(built.published), "--folder", str(tmp_path / "out")]
    done = run_script(command, built.project.environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("exported ")
    assert f"rows as of 2025-06-30 to {tmp_path / 'out'}" in done.stdout
    missing = run_script(["scripts/export", "--file", str(tmp_path / "none.duckdb")])
    assert missing.returncode == 1
    assert "run scripts/build first" in missing.stdout + missing.stderr
    assert default_folder(Path("warehouse/x.duckdb")) == Path("warehouse/x_parquet")
