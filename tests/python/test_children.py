"""A build that is stopped or killed: nothing goes on without it, and it says what was kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from active_clients.project import ROOT
from conftest import Built

# scripts/build with a dbt that takes for ever: beside it run Great Expectations and MetricFlow.
ENDLESS = """
import time
from active_clients import build
class Endless:
    def __init__(self, *_): self.said = []
    def read_project(self): pass
    def build(self, *_):
        try:
            print("building", flush=True)
            while True: time.sleep(1)
        except BaseException:
            raise build.BuildError("dbt stopped: ;")
if __name__ == "__main__":
    build.VERSIONS["v1"] = Endless
    build.main()
"""


def children(parent: int) -> dict[int, str]:
    """The processes that another one has started, with their command lines."""
    listed = subprocess.run(
        ["ps", "-ww", "-e", "-o", "pid=,ppid=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split(maxsplit=3) for line in listed.stdout.splitlines()]
    return {int(row[0]): row[3] for row in rows if int(row[1]) == parent and row[2][0] != "Z"}


def is_running(pid: int) -> bool:
    listed = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat="], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends processes with their parent")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_ends_ends_all_that_it_started(
    built: Built, tmp_path: Path, number: signal.Signals
) -> None:
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS)
    process = subprocess.Popen(
        [sys.executable, str(script), "--again", "--target-file", str(built.published)],
        cwd=ROOT,
        env={
            **os.environ,
            **built.project.environment,
            "ACTIVE_CLIENTS_DATABASE": str(tmp_path / "build.duckdb"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell lets what it starts in the background ignore Ctrl-C; a terminal does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        while said and not said.endswith("building\n"):
            said = process.stdout.readline()
        started = children(process.pid)
        assert any("expectations.runner" in line for line in started.values()), started
        assert any("spawn_main" in line for line in started.values()), started
        # As a terminal sends Ctrl-C: to all of the group. Others come to the process alone.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        output, errors = process.communicate(timeout=120)
    finally:
        process.kill()

    deadline = time.monotonic() + 10
    while any(map(is_running, started)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [line for pid, line in started.items() if is_running(pid)] == []
    if number == signal.SIGKILL:
        assert process.returncode == -number
        return
    assert process.returncode == 128 + number
    name = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}[number]
    assert output.splitlines()[-1] == (
        f"Build stopped by {name}. What readers see, {built.published}, stays as it was."
    )
    assert errors == ""
