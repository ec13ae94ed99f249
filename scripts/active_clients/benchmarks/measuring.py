"""Measures a command, and puts what was measured on the page."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from active_clients.project import ROOT, ProjectError

PAGE = ROOT / "docs/performance.md"


@dataclass
class Cost:
    """What one process cost."""

    wall: float
    cpu: float
    peak: int
    spilled: int
    output: str = ""


def folder_bytes(folder: Path) -> int:
    """Bytes of the files in a folder, which may come and go."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def measure(title: str, command: list[str], variables: dict[str, str]) -> Cost:
    """Run a command; show its title before and its seconds after."""
    print(f"  {title:18} ... ", end="", flush=True)
    spill, log = Path(variables["ACTIVE_CLIENTS_SPILL_DIRECTORY"]), Path(variables["BENCHMARK_LOG"])
    spill.mkdir(parents=True, exist_ok=True)
    done, spilled = threading.Event(), [0]

    def watch() -> None:
        while not done.wait(0.2):
            spilled[0] = max(spilled[0], folder_bytes(spill))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    with log.open("w+") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **variables}, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        done.set()
        watcher.join()
        output.seek(0)
        text = output.read()
    if process.returncode:
        print("failed", flush=True)
        raise ProjectError(f"{title}: {' '.join(command)} ended with:\n{text[-3000:]}")
    cost = Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, spilled[0], text)
    print(f"{wall:.1f} s, CPU {cost.cpu:.1f} s, {cost.peak / 1e9:.1f} GB", flush=True)
    return cost


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Markdown; the first column is text, the others are numbers."""
    columns = ["left", *["right"] * (len(head) - 1)]
    made = tabulate(rows, head, tablefmt="pipe", colalign=columns, disable_numparse=True)
    return [*made.splitlines(), ""]


def record(text: str, place: str) -> None:
    """Put the tables where the page has its place for them."""
    begin, end = f"<!-- {place}: begin -->", f"<!-- {place}: end -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
