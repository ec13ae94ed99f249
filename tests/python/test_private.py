"""What holds personal data is for its owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from active_clients import private
from active_clients.project import ROOT
from conftest import Built, environment


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
