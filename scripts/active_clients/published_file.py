"""The file that readers open, and the pages drawn from it: links to the newest version.

Each version is a file in a folder of its own, never written to again. The link is swapped by a
rename: readers open the version before or the new one, and keep the one that they have open.

A tool that opens the file for writing would spoil it: DuckDB keeps unfinished changes in a log
beside the file (up to 1.4 beside the link), and replays it on whatever it opens there next. So
where the log would be there is a link to nowhere: it can be read as "no log", and not be made.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from active_clients.private import for_readers, usual_umask
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, ProjectError

NO_LOG = Path("no-such-folder/what-is-published-is-read-only")
LOG = ".wal"
PAGES = "dashboards"


def pages_of(file: Path) -> Path:
    """Where the pages of a published file are: beside it, and named for it where it has a name."""
    link = list(_followed(file))[-1]
    is_usual = link.name == DEFAULT_PUBLISHED_FILE.name
    return link.with_name(PAGES if is_usual else f"{link.stem}.{PAGES}")


def page_to_open(file: Path) -> Path:
    """The first page, as short as it can be named from the project's folder."""
    page = pages_of(file) / "index.html"
    return page.relative_to(ROOT) if page.is_relative_to(ROOT) else page


class PublishedFile:
    """What is at a path, and the version that is to take its place."""

    def __init__(self, path: Path) -> None:
        self.opened = list(_followed(path))
        # Links that lead here are somebody else's, and stay.
        self.link = self.opened[-1]
        if self.link.is_dir():
            raise ProjectError(f"{self.link} is a folder; name a file to publish")
        self.versions = self.link.with_name(self.link.name + ".versions")
        self.next = self.versions / "next" / self.link.name
        self.pages = pages_of(self.link)
        self.next_pages = self.next.with_name(PAGES)
        self._lock: int | None = None

    def begin(self) -> Path:
        """The file to write the next version to; nobody else can read it yet."""
        if self.pages.exists() and not self.pages.is_symlink():
            raise ProjectError(
                f"{self.pages} is in the way of the link to the dashboards; move it away"
            )
        with _as_one_message(self.link):
            with for_readers():
                self.link.parent.mkdir(parents=True, exist_ok=True)
                self.versions.mkdir(exist_ok=True)
            lock = os.open(self.versions, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                raise ProjectError(
                    f"{self.link} is being published by another process; wait for it to end"
                ) from None
            self._lock = lock
            # Left by a publication that was killed, also of an earlier release.
            shutil.rmtree(self.next.parent, ignore_errors=True)
            for name in (".next", ".next" + LOG):
                self.link.with_name(self.link.name + name).unlink(missing_ok=True)
            self.next.parent.mkdir(mode=0o700)
        return self.next

    def put(self) -> None:
        """Let readers see the next version, and forget those before the last."""
        with _as_one_message(self.link):
            self._as_the_old_one()
            before = self._numbers()
            version = self.versions / str(max(before, default=0) + 1)
            _refuse_log(self.next)
            written = [path for path in self.next.parent.rglob("*") if path.exists()]
            for path in (*written, self.next.parent):
                _wait_for_disk(path)
            self.next.parent.rename(version)
            for path in self.opened:
                _refuse_log(path)
            shown = self._shown()
            _replace_by_link(self.link, version.relative_to(self.link.parent) / self.link.name)
            self._show_pages(version)
            for path in (self.versions, self.link.parent):
                _wait_for_disk(path)
            # The last one stays for who has just read the link and not yet opened the file.
            for number in before:
                if number != shown:
                    shutil.rmtree(self.versions / str(number), ignore_errors=True)
        self._let_go()

    def _show_pages(self, version: Path) -> None:
        """The pages of a version, or none where it has none: not those of another."""
        if (version / PAGES).exists():
            _replace_by_link(self.pages, version.relative_to(self.link.parent) / PAGES)
        elif self.pages.is_symlink():
            self.pages.unlink()

    def discard(self) -> None:
        """Remove what was begun."""
        if self._lock is not None:
            shutil.rmtree(self.next.parent, ignore_errors=True)
            with suppress(OSError):
                self.versions.rmdir()
            self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _numbers(self) -> list[int]:
        return [int(path.name) for path in self.versions.iterdir() if path.name.isdecimal()]

    def _shown(self) -> int | None:
        """The number of the version that readers see."""
        name = self.link.readlink().parent.name if self.link.is_symlink() else ""
        return int(name) if name.isdecimal() else None

    def _as_the_old_one(self) -> None:
        """Owner and mode of what readers see; of a first version those of any new file."""
        folder = self.link.parent.stat()
        # Who may look into the folder may look into those of versions, and nobody else may write.
        mode = folder.st_mode & 0o2775
        for path in (self.versions, self.next.parent):
            with suppress(PermissionError):
                os.chown(path, -1, folder.st_gid)
            with suppress(PermissionError):
                path.chmod(mode)
        if not self.link.exists():
            self.next.chmod(0o666 & ~usual_umask())
            self._pages_as_the_file(mode)
            return
        old = self.link.stat()
        try:
            os.chown(self.next, -1, old.st_gid)
        except PermissionError:
            raise ProjectError(
                f"{self.link} belongs to the group {old.st_gid}, which this user is not in; "
                "publish as a member of it, or remove the file first"
            ) from None
        shutil.copystat(self.link, self.next)
        os.utime(self.next)
        with suppress(PermissionError):
            os.chown(self.next, old.st_uid, -1)
        self._pages_as_the_file(mode)

    def _pages_as_the_file(self, mode_of_folder: int) -> None:
        """Who may read the file may read its pages, and nobody else: they hold the same."""
        if not self.next_pages.exists():
            return
        file = self.next.stat()
        for path in (self.next_pages, *self.next_pages.iterdir()):
            with suppress(PermissionError):
                os.chown(path, -1, file.st_gid)
            with suppress(PermissionError):
                os.chown(path, file.st_uid, -1)
            with suppress(PermissionError):
                path.chmod(mode_of_folder if path.is_dir() else file.st_mode & 0o666)


class PublishedFolder:
    """A folder of files that belong together: a link to the newest of its versions, too."""

    def __init__(self, path: Path) -> None:
        self.link = path
        if path.exists() and not path.is_symlink():
            raise ProjectError(f"{path} is there and no link to versions; name another folder")
        self.versions = path.with_name(path.name + ".versions")
        self._lock: int | None = None

    @property
    def _next(self) -> Path:
        return self.versions / "next"

    def begin(self) -> Path:
        """The folder to write the next version to."""
        with _as_one_message(self.link):
            self.versions.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.versions, os.O_RDONLY)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._let_go()
                raise ProjectError(f"{self.link} is being written by another process") from None
            shutil.rmtree(self._next, ignore_errors=True)
            self._next.mkdir()
        return self._next

    def put(self) -> None:
        """Let readers see the next version, and forget those before the last."""
        with _as_one_message(self.link):
            before = [int(p.name) for p in self.versions.iterdir() if p.name.isdecimal()]
            shown = self.link.readlink().name if self.link.is_symlink() else ""
            version = self.versions / str(max(before, default=0) + 1)
            for path in (*self._next.rglob("*"), self._next):
                _wait_for_disk(path)
            self._next.rename(version)
            _replace_by_link(self.link, version.relative_to(self.link.parent))
            for path in (self.versions, self.link.parent):
                _wait_for_disk(path)
            for number in before:
                if str(number) != shown:
                    shutil.rmtree(self.versions / str(number), ignore_errors=True)
        self._let_go()

    def discard(self) -> None:
        """Remove what was begun."""
        if self._lock is not None:
            shutil.rmtree(self._next, ignore_errors=True)
            self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _followed(path: Path) -> Iterator[Path]:
    """The path, and where links lead from there, up to what is no link or one of versions."""
    seen = {path}
    yield path
    while path.is_symlink():
        target = path.readlink()
        if target.parent.parent.name == f"{path.name}.versions":
            return
        path = path.parent / target
        if path in seen:
            raise ProjectError(f"{path} is a link that leads to itself; remove it")
        seen.add(path)
        yield path


def _refuse_log(path: Path) -> None:
    """Nothing can be logged for a file, and what was logged for another one is gone."""
    _replace_by_link(path.with_name(path.name + LOG), NO_LOG)


def _replace_by_link(path: Path, target: Path) -> None:
    new = path.with_name(path.name + ".link")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(path)


def _wait_for_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _as_one_message(link: Path) -> Iterator[None]:
    """What the system refuses, in words."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        raise ProjectError(
            f"{link} cannot be published ({what}{error.strerror}); it needs a folder that can be "
            "written to, on a file system with symbolic links"
        ) from error
