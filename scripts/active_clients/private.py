"""What holds personal data is for its owner alone: the private file, logs and artifacts.

A mode that somebody has chosen stays; the one that earlier releases left is no choice.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from active_clients.command_line import first_line
from active_clients.project import ROOT, ProjectError, database_path, log_path, target_path

PRIVATE = 0o077
E_MAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
# DuckDB shows the row of a CSV file that it cannot read.
ROW_OF_A_FILE = re.compile(r"(Original Line:).*?(?=Possible (fixes|solutions):|\Z)", re.DOTALL)
_usual: list[int] = []


def keep_private() -> None:
    """From here on, what this process and its children make is for its owner alone."""
    before = os.umask(PRIVATE)
    if not _usual:
        _usual.append(before)
    for path in _made_before():
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode in (0o644, 0o755):
                path.chmod(mode & ~PRIVATE)


def usual_umask() -> int:
    """The umask of who started this process."""
    if _usual:
        return _usual[0]
    mask = os.umask(PRIVATE)
    os.umask(mask)
    return mask


def without_rows(message: str) -> str:
    """What went wrong, without the raw row and the addresses in it."""
    return re.sub(E_MAIL, "(e-mail address)", ROW_OF_A_FILE.sub(r"\1 (not shown) ", message))


@contextmanager
def for_readers() -> Iterator[None]:
    """Make files and folders as anything else that its owner makes."""
    before = os.umask(usual_umask())
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def only_user() -> Iterator[None]:
    """Hold the lock of the private file; the system lets go of it if we are killed."""
    path = database_path().with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProjectError(
                f"another build is running (it holds {path}); wait for it to end"
            ) from None
        yield


def check_private_file() -> None:
    """Stop at a private file that nothing can be built in, with a word on what to do."""
    path = database_path()
    if "'" in str(ROOT):
        raise ProjectError(
            f"the path of the project has an apostrophe ({ROOT}), and dbt-duckdb cannot load seeds "
            "from there; move the project or rename the folder"
        )
    if not path.exists():
        return
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error as error:
        reason = first_line(error)
        if "lock" in reason:
            raise ProjectError(
                f"the private file {path} is open in another program ({reason}); close it there"
            ) from None
        raise ProjectError(
            f"the private file {path} is damaged or no DuckDB file ({reason}); move it away, with "
            f"{path.name}.wal if there is one, and a build makes it anew"
        ) from None


def _made_before() -> Iterator[Path]:
    private = database_path()
    yield from (private, private.with_name(private.name + ".wal"))
    yield from (log_path() / "dbt.log", target_path() / "expectations.log")
    # Not a folder that is shared with others, such as /var/log.
    yield from (path for path in (target_path(), log_path()) if ROOT in path.parents)
