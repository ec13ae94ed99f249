"""The doors in scripts, and what their commands have in common."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from active_clients.command_line import Command, Names, Several
from active_clients.command_line import command as command_of
from active_clients.project import ROOT, ProjectError

DOORS = {
    path.name: found[1]
    for path in sorted((ROOT / "scripts").iterdir())
    if path.is_file()
    and (found := re.search(r"-m (active_clients[\w.]*) \"\$@\"", path.read_text()))
}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_the_command_of_its_name(door: str) -> None:
    if door == "benchmark_engines":
        pytest.importorskip("psutil", reason="scripts/benchmark_engines installs it")
    main: Command = importlib.import_module(DOORS[door]).main
    assert main.name == f"scripts/{door}"
    said = CliRunner().invoke(main, ["--help"])
    assert said.exit_code == 0
    assert said.stdout.startswith(f"Usage: scripts/{door} ")
    wrong = CliRunner().invoke(main, ["--no-such-option"])
    assert wrong.exit_code == 2
    assert "--no-such-option" in wrong.stderr


def test_a_door_is_a_few_lines() -> None:
    assert len(DOORS) > 12
    for door in DOORS:
        assert len((ROOT / "scripts" / door).read_text().splitlines()) < 10, door
    assert not list((ROOT / "scripts").glob("*.py"))


@pytest.mark.parametrize("module", ["build", "publish", "query", "engines.spark"])
def test_a_command_starts_without_what_is_slow_to_import(module: str) -> None:
    code = f"import sys, active_clients.{module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    slow = {"dbt", "great_expectations", "metricflow", "pandas", "numpy"}
    assert slow & set(loaded.stdout.split()) == set()


@command_of("try", "Tries.\n\n  kept   as it is", failure_code=3)
@click.option("--rounds", cls=Several, type=int, default=[1])
@click.option("--order", type=Names(), default="")
@click.option("--engine", type=Names("engine", ["a", "b"]), default="a,b")
@click.option("--wrong", is_flag=True)
@click.option("--stopped", is_flag=True)
def attempt(
    rounds: tuple[int, ...], order: list[str], engine: list[str], wrong: bool, stopped: bool
) -> None:
    if stopped:
        raise KeyboardInterrupt
    if wrong:
        raise ProjectError("nothing is there; make it")
    click.echo(f"{rounds} {order} {engine}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "(1,) [] ['a', 'b']"),
        ("--rounds 3 1 --order -x,y --rounds 2", "(3, 1, 2) ['-x', 'y'] ['a', 'b']"),
        ("--rounds=3 --engine b", "(3,) [] ['b']"),
    ],
)
def test_lists_of_values_are_read(arguments: str, said: str) -> None:
    assert CliRunner().invoke(attempt, arguments.split()).stdout == f"{said}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("--stopped", 130, "try: stopped by Ctrl-C"),
        ("--wrong", 3, "try: nothing is there; make it"),
        ("--engine c", 2, "no such engine: c; there are a, b"),
        ("--rounds x", 2, "'x' is not a valid integer"),
        ("--order x y", 2, "unexpected extra argument (y)"),
    ],
)
def test_what_is_wrong_is_said_and_the_code_tells_it(arguments: str, code: int, said: str) -> None:
    result = CliRunner().invoke(attempt, arguments.split())
    assert result.exit_code == code
    assert said in result.stderr


def test_help_keeps_the_lines_of_a_docstring() -> None:
    assert "    kept   as it is" in CliRunner().invoke(attempt, ["-h"]).stdout
