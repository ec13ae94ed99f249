"""Mutants drawn evenly over the models, and what the models' own tests say of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from active_clients.mutants.data_tests import BuiltModel, Demo, read_models
from active_clients.mutants.mutations import Key, Mutation
from active_clients.mutants.unit_tests import UnitTest, Verdict, read_unit_tests

SHOWN = 100


@dataclass(frozen=True)
class Mutant:
    """One wrong version of a model; `killed_by` is the first test that noticed."""

    model: str
    topic: str
    key: Key
    before: str
    after: str
    killed_by: str = ""
    killer: str = ""

    @property
    def line(self) -> str:
        """Where and what, in one line."""
        before, after = shortened(self.before, self.after)
        return f"{self.key.place}, {self.key.kind}: {before} -> {after}"


def shortened(before: str, after: str) -> tuple[str, str]:
    """The parts in which two texts differ, with some of what stands around them."""
    if len(before) + len(after) <= SHOWN:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    start = max(0, next((at for at, (a, b) in pairs if a != b), 0) - SHOWN // 4)

    def part(text: str) -> str:
        end = " ..." if len(text) > start + SHOWN else ""
        return ("... " if start else "") + text[start : start + SHOWN] + end

    return part(before), part(after)


class Project:
    """The models as dbt built them last, their unit tests and, with a database, the demo."""

    def __init__(
        self, target: Path, database: Path | None = None, only: Collection[str] = ()
    ) -> None:
        models = read_models(target)
        self.models = {
            name: models[name]
            for name in sorted(models)
            if not only or name in only or models[name].topic in only
        }
        self.tests = read_unit_tests(target, self.models)
        self.demo = Demo(database) if database else None

    def mutations(self, model: BuiltModel) -> dict[Key, Mutation]:
        """All that can be wrong with a model, in any of the forms that its tests give it."""
        found = model.mutations
        for test in self.tests.get(model.name, []):
            found = {**test.mutations, **found}
        return found

    def draw(self, count: int, seed: int) -> list[Mutant]:
        """Draw so many mutants, as evenly as can be, and run them."""
        candidates: dict[str, list[Mutation]] = {}
        for name, model in self.models.items():
            candidates[name] = list(self.mutations(model).values())
            random.Random(f"{seed} {name}").shuffle(candidates[name])
        order = list(candidates)
        random.Random(seed).shuffle(order)
        wanted = shares({name: len(candidates[name]) for name in order}, count)
        return [
            mutant
            for name, model in self.models.items()
            for mutant in self.run(model, candidates[name], wanted[name])
        ]

    def run(
        self, model: BuiltModel, candidates: Iterable[Mutation], wanted: int
    ) -> Iterator[Mutant]:
        """What becomes of a model's mutants, until so many of them were SQL at all."""
        with ExitStack() as stack:
            tests = [stack.enter_context(test.ready()) for test in self.tests.get(model.name, [])]
            for mutation in candidates:
                if not wanted:
                    return
                verdict, name = asked_of_unit_tests(tests, mutation.key)
                killer = "unit test"
                if verdict is Verdict.PASSES and self.demo:
                    verdict, name = asked_of_the_demo(self.demo, model, mutation.key)
                    killer = "data test"
                if verdict is Verdict.NO_SQL:
                    continue
                wanted -= 1
                what = (model.name, model.topic, mutation.key, mutation.before, mutation.after)
                yield Mutant(*what, name, killer if name else "")


def asked_of_unit_tests(tests: Iterable[UnitTest], key: Key) -> tuple[Verdict, str]:
    """What a model's unit tests say of a mutant, and the first that fails."""
    for test in tests:
        if mutation := test.mutations.get(key):
            with mutation.applied():
                verdict = test.verdict()
            if verdict is not Verdict.PASSES:
                return verdict, test.name
    return Verdict.PASSES, ""


def asked_of_the_demo(demo: Demo, model: BuiltModel, key: Key) -> tuple[Verdict, str]:
    """What the data tests on the demo say of a mutant, and the first that fails."""
    mutation = model.mutations.get(key)
    if mutation is None:
        return Verdict.PASSES, ""
    with mutation.applied():
        return demo.verdict(model)


def shares(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """As many for each as for the others, and no more than it has."""
    given = dict.fromkeys(sizes, 0)
    while count > 0 and (open_ones := [name for name in sizes if given[name] < sizes[name]]):
        for name in open_ones[:count]:
            given[name] += 1
        count -= len(open_ones)
    return given
