"""What the machine has, and whether a full build of the raw events fits it."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from active_clients.project import ProjectError, RawTable, database_path

GIGABYTE = 10**9
MEMORY_SHARE, DISK_SHARE = 0.5, 0.9
# What a full build takes for each raw event: an estimate, and rather too much than too little.
FILE_BYTES_PER_EVENT = 250
SPILL_BYTES_PER_EVENT = 300
CSV_BYTES_PER_EVENT = 90
# Models built side by side share the memory; of more events each may want all of it.
EVENTS_SIDE_BY_SIDE = 20_000_000
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_bytes() -> int:
    """Memory that this process may use: the machine's, or its container's."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = CGROUP_LIMIT.read_text().strip() if CGROUP_LIMIT.exists() else "max"
    return min(total, int(limit)) if limit.isdigit() else total


def free_bytes(path: Path) -> int:
    """Free disk where a file is or will be."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


def disabled_optimizers() -> str:
    """What DuckDB must not do: 2.0 makes a try_cast on a file fail (duckdb#23818)."""
    is_older = int(duckdb.__version__.split(".")[0]) < 2
    return "" if is_older else "type_pushdown"


def limits(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What profiles.yml reads: as it is set, or else from the machine and its DuckDB."""
    spill = environment.get("ACTIVE_CLIENTS_SPILL_DIRECTORY", f"{database_path()}.tmp")
    memory = max(1, int(memory_bytes() * MEMORY_SHARE / GIGABYTE))
    disk = max(1, int(free_bytes(Path(spill)) * DISK_SHARE / GIGABYTE))
    # Rounded down to a power of two: dbt reads the whole project again when a limit changes.
    disk = 2 ** (disk.bit_length() - 1)
    found = {
        "ACTIVE_CLIENTS_MEMORY_LIMIT": f"{memory}GB",
        "ACTIVE_CLIENTS_SPILL_DIRECTORY": spill,
        "ACTIVE_CLIENTS_SPILL_LIMIT": f"{disk}GB",
        "ACTIVE_CLIENTS_DISABLED_OPTIMIZERS": disabled_optimizers(),
    }
    return {name: environment.get(name, value) for name, value in found.items()}


def connection_limits() -> dict[str, Any]:
    """The same for a connection that is not dbt's."""
    found = limits()
    return {
        "memory_limit": found["ACTIVE_CLIENTS_MEMORY_LIMIT"],
        "temp_directory": found["ACTIVE_CLIENTS_SPILL_DIRECTORY"],
        "max_temp_directory_size": found["ACTIVE_CLIENTS_SPILL_LIMIT"],
        "disabled_optimizers": found["ACTIVE_CLIENTS_DISABLED_OPTIMIZERS"],
    }


def count_events(tables: Iterable[RawTable]) -> int | None:
    """Rows of the raw events: from the files' footers or sizes; unknown in a schema."""
    (events,) = (table for table in tables if table.label == "product.usage_events")
    if events.kind != "files":
        return None
    if ".parquet" not in events.location:
        files = glob.glob(events.location, recursive=True)  # noqa: PTH207, absolute patterns too
        return sum(Path(file).stat().st_size for file in files) // CSV_BYTES_PER_EVENT
    with duckdb.connect() as connection:
        ((count,),) = connection.execute(f"select count(*) from {events.relation}").fetchall()
    return int(count)


def thread_options(events: int, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Options of dbt that build large models one at a time, unless threads are set."""
    is_free = "ACTIVE_CLIENTS_THREADS" not in environment
    return ["--threads", "1"] if is_free and events > EVENTS_SIDE_BY_SIDE else []


def check_room(events: int) -> None:
    """Stop before a full build that would not end, with the numbers."""
    database, spill = database_path(), Path(limits()["ACTIVE_CLIENTS_SPILL_DIRECTORY"])
    needs = {database: events * FILE_BYTES_PER_EVENT}
    needs[spill] = events * SPILL_BYTES_PER_EVENT
    on_one_disk = device(database) == device(spill)
    needed = {database: sum(needs.values())} if on_one_disk else needs
    for path, size in needed.items():
        free = free_bytes(path)
        if size > free:
            raise ProjectError(
                f"{events:,} events need about {size / GIGABYTE:.1f} GB of disk at {path.parent}"
                f" ({needs[database] / GIGABYTE:.1f} GB for the file,"
                f" {needs[spill] / GIGABYTE:.1f} GB to spill), and {free / GIGABYTE:.1f} GB are"
                " free; make room, or set ACTIVE_CLIENTS_DATABASE or"
                " ACTIVE_CLIENTS_SPILL_DIRECTORY to a larger disk"
            )


def device(path: Path) -> int:
    """The disk that a path is on."""
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
