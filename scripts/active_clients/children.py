"""The processes that a command starts: they end when it ends, however it does."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any, NoReturn, TypeVar
from weakref import WeakSet

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1
# Looked up here: between fork and exec a process should do as little as it can.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_started: WeakSet[subprocess.Popen[Any]] = WeakSet()
Result = TypeVar("Result")


def end_with(parent: int) -> None:
    """Ask the system to end this process with its parent, which only Linux can."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
    """Start a program in a process group of its own, which Ctrl-C does not reach."""
    process: subprocess.Popen[str] = subprocess.Popen(
        command,
        text=True,
        process_group=0,
        preexec_fn=partial(end_with, os.getpid()),
        **options,
    )
    _started.add(process)
    return process


def _begin_worker() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    assert parent.pid is not None
    end_with(parent.pid)


class OtherProcess:
    """One process beside this one, for what both cores are wanted for."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, initializer=_begin_worker)

    def submit(self, function: Callable[..., Result], *given: Any) -> Future[Result]:
        """Begin a call there."""
        # The process is started by the first call, and Ctrl-C is for the one that started it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return self._pool.submit(function, *given)
        finally:
            signal.signal(signal.SIGINT, before)

    def end(self) -> None:
        """Wait for it."""
        self._pool.shutdown()


def kill_all() -> None:
    """End all processes that were started."""
    for process in list(_started):
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    for worker in multiprocessing.active_children():
        worker.kill()


@contextmanager
def stopped_in_one_line(last_words: Callable[[], str]) -> Iterator[None]:
    """Told to stop, end at once, and all children too: one line, and the code of the signal.

    At once, as after a power cut: dbt and Great Expectations would each end in their own way and
    time, and all files that a build writes are whole at any moment.
    """

    def stop(number: int, _: FrameType | None) -> NoReturn:
        kill_all()
        # Not print: the signal may have come while something was being printed.
        with suppress(RuntimeError):
            sys.stdout.flush()
        name = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name
        os.write(sys.stdout.fileno(), f"\nBuild stopped by {name}. {last_words()}.\n".encode())
        os._exit(128 + number)

    # Python's cleaner of shared locks does its work then, and need not speak of it.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
    before = {
        number: signal.signal(number, stop)
        for number in STOPS
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
