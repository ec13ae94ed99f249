"""The limits of a build: from the machine unless they are set, and looked at before it."""

from __future__ import annotations

from pathlib import Path

import pytest

import machine
from project import ProjectError, raw_tables, read_vars


def test_limits_that_are_set_stay_and_others_come_from_the_machine() -> None:
    found = machine.limits({"ACTIVE_CLIENTS_MEMORY_LIMIT": "3GB"})
    assert found["ACTIVE_CLIENTS_MEMORY_LIMIT"] == "3GB"
    spill = int(found["ACTIVE_CLIENTS_SPILL_LIMIT"].removesuffix("GB")) * machine.GIGABYTE
    free = machine.free_bytes(Path(found["ACTIVE_CLIENTS_SPILL_DIRECTORY"]))
    assert 0 < spill <= max(free, machine.GIGABYTE)


def test_half_of_the_memory_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory_bytes", lambda: 24 * machine.GIGABYTE)
    assert machine.limits({})["ACTIVE_CLIENTS_MEMORY_LIMIT"] == "12GB"


def test_build_that_would_not_fit_says_so_with_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "free_bytes", lambda path: machine.GIGABYTE)
    machine.check_room(1000)
    with pytest.raises(ProjectError, match=r"100,000,000 events need .* and 1\.0 GB are free"):
        machine.check_room(100_000_000)


def test_events_of_the_demo_are_counted_roughly() -> None:
    count = machine.count_events(raw_tables(read_vars()))
    assert count is not None
    assert 9_000 < count < 36_000
