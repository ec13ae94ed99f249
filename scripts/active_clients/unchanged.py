"""Whether a build would read what the last one that passed has read, and left.

Nothing in the project reads a clock, so the same files and settings make the same rows.
And whether the private file is as a build left it whose tests passed.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from active_clients.machine import limits
from active_clients.project import ROOT, RawTable, database_path, raw_tables
from active_clients.published_file import pages_of

FOLDERS = ("models", "macros", "seeds", "expectations", "dashboards", "scripts")
FOLDERS_OF_TESTS = ("tests/generic", "tests/singular", "tests/fixtures")
FILES = ("dbt_project.yml", "profiles.yml", "uv.lock")
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "great_expectations", "metricflow", "plotly")


def read_by_build(variables: dict[str, Any]) -> str | None:
    """A digest of all that a build reads; none when that cannot be seen from outside."""
    raw_files = find_raw_files(raw_tables(variables))
    if raw_files is None:
        return None
    read = {
        "raw files": [stamp(path) for path in raw_files],
        "project": {str(path.relative_to(ROOT)): content(path) for path in project_files()},
        "variables": variables,
        "environment": settings(),
        "versions": [sys.version, *(version(package) for package in PACKAGES)],
    }
    return hashlib.sha256(json.dumps(read, sort_keys=True, default=str).encode()).hexdigest()


def is_unchanged(read: str | None, published: Path) -> bool:
    """Whether the last build that passed read the same, and its files are as it left them."""
    record = record_path()
    if read is None or not record.exists():
        return False
    return bool(json.loads(record.read_text()) == [read, *left_by_build(published)])


def remember(read: str | None, published: Path) -> None:
    """Keep what a build that passed has read and left."""
    record_path().write_text(json.dumps([read, *left_by_build(published)]))


def record_path() -> Path:
    """Where that is kept: beside the private file."""
    return database_path().with_suffix(".passed")


def left_by_build(published: Path) -> list[list[Any]]:
    """The files that a build writes."""
    return [*private_file(), stamp(published), stamp(pages_of(published) / "index.html")]


def private_file() -> list[list[Any]]:
    """The private file; a log beside it is an unfinished change."""
    private = database_path()
    return [stamp(path) for path in (private, private.with_name(f"{private.name}.wal"))]


def remember_tested() -> None:
    """Mark the private file: all tests and expectations have passed on it."""
    tested_path().write_text(json.dumps(private_file()))


def is_tested() -> bool:
    """Whether the private file is one that was marked, and has not changed since."""
    mark = tested_path()
    return mark.exists() and bool(json.loads(mark.read_text()) == private_file())


def tested_path() -> Path:
    """Where the mark is kept: beside the private file."""
    return database_path().with_suffix(".tested")


def find_raw_files(tables: Iterable[RawTable]) -> list[Path] | None:
    """The files of the raw tables; none when one is in a schema or on another machine."""
    found: list[Path] = []
    for table in tables:
        if table.enabled:
            # Not of pathlib: patterns may be absolute.
            files = glob.glob(table.location, recursive=True, include_hidden=True)  # noqa: PTH207
            if table.kind != "files" or not files:
                return None
            found += sorted(Path(file) for file in files)
    return found


def project_files() -> Iterator[Path]:
    """The files of the project that a build may read."""
    for folder in FOLDERS + FOLDERS_OF_TESTS:
        files = (ROOT / folder).rglob("*")
        yield from (path for path in files if path.is_file() and path.suffix != ".pyc")
    yield from (ROOT / name for name in FILES)


def settings() -> dict[str, str]:
    """The environment variables that may change a row; limits of the machine do not."""
    of_machine = limits()
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("ACTIVE_CLIENTS_", "DBT_")) and name not in of_machine
    }


def content(path: Path) -> str:
    """A digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp(path: Path) -> list[Any]:
    """A file as its folder shows it: raw files are too large to be read for this."""
    if not path.exists():
        return [str(path)]
    found = path.stat()
    return [str(path), found.st_size, found.st_mtime_ns]
