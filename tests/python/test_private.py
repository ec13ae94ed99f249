"""What holds personal data is for its owner alone."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from active_clients import private
from active_clients.project import ROOT, ProjectError, raw_tables, read_vars
from conftest import Built, DbtProject, environment, run_script
from test_build import ONE_TEST


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_build_leaves_nothing_private_to_others(built: Built) -> None:
    """Folders of the fixture were there before, as a test made them."""
    folder = built.project.path
    for name in ("build.duckdb", "build.tested", "logs/dbt.log", "target/run_results.json"):
        assert mode(folder / name) == 0o600, name
    for name in ("target/compiled", "target/gx"):
        assert mode(folder / name) == 0o700, name
    assert mode(built.published) == 0o666 & ~private.usual_umask()


def left_by(project: DbtProject) -> Iterator[Path]:
    """Every file of a build that is not the private one."""
    mine = (project.database.name, f"{project.database.name}.wal")
    for path in project.path.rglob("*"):
        if path.is_file() and path.name not in mine and project.path / "raw" not in path.parents:
            yield path


def test_no_address_of_the_demo_is_in_what_a_build_leaves(built: Built) -> None:
    """Artifacts, logs, results, pages, metadata; test_publish asks the published columns."""
    mail = re.compile(private.E_MAIL.encode())
    known = {
        address.lower()
        for file in (ROOT / "seeds/demo").glob("*.csv")
        for address in mail.findall(file.read_bytes())
    }
    files = list(left_by(built.project))
    assert len(known) > 700
    assert {"dbt.log", "manifest.json", "run_results.json"} <= {path.name for path in files}
    assert {".html", ".json", ".sql", ".msgpack"} <= {path.suffix for path in files}
    for path in files:
        found = {address.lower() for address in mail.findall(path.read_bytes())}
        assert not known & found, path


def test_no_canary_is_in_what_a_failed_build_says_or_leaves(project: DbtProject) -> None:
    """It sits in every text column of every raw table; what leads to the quarantine is built."""
    canary = "tweety.bird@canary.example"
    planted = 0
    for table in raw_tables(read_vars()):
        texts = [name for name, kind in table.columns.items() if kind in ("text", "varchar")]
        project.write_raw(table.name, [dict.fromkeys(texts, canary)])
        planted += len(texts)
    assert planted > 60
    all_before = ONE_TEST.replace("build.QUARANTINE_TEST", "'+' + build.QUARANTINE_TEST")
    command = [sys.executable, "-c", all_before, "--target-file", str(project.published)]
    result = run_script([*command, "--vars", project.vars_text], project.environment)
    assert result.returncode == 1
    assert "assert_quarantine_rate_below_maximum" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("Build failed: ")
    assert "Traceback" not in result.stdout + result.stderr
    files = list(left_by(project))
    assert any(path.suffix == ".html" for path in files)
    assert canary not in result.stdout + result.stderr
    for path in files:
        assert canary.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o640, 0o640), (0o664, 0o664)])
def test_modes_of_earlier_releases_are_taken_back_and_chosen_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    monkeypatch.setattr(private, "_usual", [])
    file, logs = tmp_path / "build.duckdb", tmp_path / "logs"
    logs.mkdir()
    for path in (file, logs / "dbt.log"):
        path.touch()
        path.chmod(before)
    tmp_path.chmod(0o755)
    umask = os.umask(0)
    os.umask(umask)
    with environment(ACTIVE_CLIENTS_DATABASE=str(file), DBT_LOG_PATH=str(logs)):
        try:
            private.keep_private()
            (tmp_path / "new").touch()
        finally:
            os.umask(umask)
    assert mode(file) == mode(logs / "dbt.log") == after
    assert mode(tmp_path / "new") == 0o600
    assert mode(tmp_path) == mode(logs) == 0o755, "folders elsewhere may be others' too"


def test_the_ci_script_writes_no_fixed_name_where_everyone_can() -> None:
    names = subprocess.run(
        ["git", "grep", "-lE", r"> *\"?/tmp/", "--", ".ci", "scripts", ".github"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert names.stdout == ""


@pytest.mark.parametrize("content", [b"", b"hello" * 5000, bytes(20_000)])
def test_a_damaged_private_file_is_named_as_such(tmp_path: Path, content: bytes) -> None:
    """It was called a misfit of the raw tables."""
    project = DbtProject(tmp_path)
    project.database.write_bytes(content)
    result = project.build()
    last = result.stdout.splitlines()[-1]
    assert result.returncode == 1
    assert last.startswith(f"Build failed: the private file {project.database} is damaged")
    assert "move it away" in last
    assert "raw tables" not in result.stdout
    assert result.stderr == ""


def test_a_private_file_that_is_open_elsewhere_is_named(tmp_path: Path) -> None:
    project = DbtProject(tmp_path)
    with duckdb.connect(str(project.database)):
        result = project.build()
    assert result.returncode == 1
    assert "is open in another program" in result.stdout.splitlines()[-1]


def test_an_apostrophe_in_the_path_of_the_project_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(private, "ROOT", Path("/home/o'neill/active_clients"))
    with pytest.raises(ProjectError, match="apostrophe"):
        private.check_private_file()


def test_a_place_that_cannot_be_written_to_is_named(built: Built) -> None:
    command = [sys.executable, "-m", "active_clients.publish", "--target-file", "/proc/a/b.duckdb"]
    result = run_script(command, built.project.environment)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "publish: /proc/a/b.duckdb cannot be published (/proc/a: " in result.stderr


def test_a_raw_row_in_a_message_is_not_shown() -> None:
    said = "CSV Error on Line: 3\nOriginal Line: \nu1,Ann Miller,ann@x.org\nPossible fixes:\n* x"
    assert private.without_rows(said) == (
        "CSV Error on Line: 3\nOriginal Line: (not shown) Possible fixes:\n* x"
    )
    assert private.without_rows("no row 'ann@x.org'") == "no row '(e-mail address)'"
