"""What can be wrong with a piece of SQL: one small change at a time, as people make them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

VALUE = re.compile(r"'[^']*'|\b\d+(\.\d+)?\b")
# The relations of a build, and what dbt puts in their place in a unit test.
RELATION = re.compile(r'"\w+"\."\w+"\."(\w+)"|__dbt__cte__(\w+)')
LAST = "last select"

BOUNDARIES: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
}
COMPARISONS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
}
NULL_SAFE: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.NullSafeEQ: exp.EQ,
    exp.NullSafeNEQ: exp.NEQ,
}
EXTREMES: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Min: exp.Max,
    exp.Max: exp.Min,
    exp.ArgMin: exp.ArgMax,
    exp.ArgMax: exp.ArgMin,
    exp.Greatest: exp.Least,
    exp.Least: exp.Greatest,
}
SIGNS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
    exp.Mul: exp.Div,
    exp.Div: exp.Mul,
}
NEIGHBOURS: dict[type[exp.Expr], type[exp.Expr]] = {exp.Lag: exp.Lead, exp.Lead: exp.Lag}
# What is swapped for what, by what a mistake of that kind is called.
SWAPS = {
    "boundary": BOUNDARIES,
    "comparison": COMPARISONS,
    "null": NULL_SAFE,
    "min/max": EXTREMES,
    "sign": SIGNS,
    "window": NEIGHBOURS,
}


@dataclass(frozen=True)
class Key:
    """Which mutant it is, whatever values the variables have put into the SQL."""

    place: str
    kind: str
    before: str
    after: str
    nth: int = 0


@dataclass(frozen=True)
class Mutation:
    """One change: this node of a tree becomes another one."""

    key: Key
    before: str
    after: str
    node: exp.Expr
    other: exp.Expr

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The tree is changed for a while."""
        self.node.replace(self.other)
        try:
            yield
        finally:
            self.other.replace(self.node)


def mutations(tree: exp.Expr) -> dict[Key, Mutation]:
    """All that can be wrong with a query, in the order of its text."""
    found: dict[Key, Mutation] = {}
    seen: Counter[Key] = Counter()
    for node in list(tree.walk(bfs=False)):
        if node.parent is None or node.find_ancestor(exp.DataType):
            continue
        for kind, other in changes(node):
            before, after = node.sql("duckdb"), other.sql("duckdb")
            key = Key(place(node), kind, without_values(before), without_values(after))
            numbered = Key(key.place, key.kind, key.before, key.after, seen[key])
            seen[key] += 1
            found[numbered] = Mutation(numbered, before, after, node, other)
    return found


def without_values(sql: str) -> str:
    """What all forms of a model have in common."""
    return VALUE.sub("?", RELATION.sub(r"\1\2", sql))


def place(node: exp.Expr) -> str:
    """The step of a model that a node is in."""
    cte = node.find_ancestor(exp.CTE)
    return cte.alias if cte else LAST


def changes(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """What a node may wrongly be, with the kind of the mistake."""
    for kind, swaps in SWAPS.items():
        if other := swaps.get(type(node)):
            yield kind, swapped(node, other)
    for change in (conditions, joins, nulls, constants, frames, repetitions):
        yield from change(node)


def swapped(node: exp.Expr, other: type[exp.Expr]) -> exp.Expr:
    """Another operator or function with the same arguments."""
    return other(**node.copy().args)


def changed(node: exp.Expr, **arguments: Any) -> exp.Expr:
    """The same with other arguments."""
    other = node.copy()
    for name, value in arguments.items():
        other.set(name, value)
    return other


def conditions(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """A condition, or a branch, that somebody forgot."""
    if isinstance(node, exp.Connector) and type(node.parent) is not type(node):
        kind = type(node)
        parts = list(node.flatten())
        for left_out in range(len(parts)):
            rest = [part.copy() for at, part in enumerate(parts) if at != left_out]
            combined = rest[0]
            for part in rest[1:]:
                combined = kind(this=combined, expression=part)
            yield "condition", combined
        opposite = exp.Or if kind is exp.And else exp.And
        yield "condition", exp.Paren(this=swapped(node, opposite))
    elif isinstance(node, exp.Where | exp.Having | exp.Qualify):
        if not isinstance(node.this, exp.Connector):
            yield "condition", changed(node, this=exp.true())
    elif isinstance(node, exp.Filter | exp.Not):
        if not isinstance(node.this, exp.Is):
            yield "condition", node.this.copy()
    elif isinstance(node, exp.Case):
        branches = node.args["ifs"]
        for left_out in range(len(branches) if len(branches) > 1 else 0):
            kept = [branch.copy() for at, branch in enumerate(branches) if at != left_out]
            yield "condition", changed(node, ifs=kept)
        if len(branches) == 1:
            yield "condition", branches[0].args["true"].copy()
    elif isinstance(node, exp.Between):
        low, high = node.args["low"].copy(), node.args["high"].copy()
        from_low = exp.GTE(this=node.this.copy(), expression=low)
        below_high = exp.LT(this=node.this.copy(), expression=high)
        yield "boundary", exp.Paren(this=exp.And(this=from_low, expression=below_high))


def joins(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Rows without a partner, lost or kept."""
    if not isinstance(node, exp.Join) or not (node.args.get("on") or node.args.get("using")):
        return
    if node.side == "LEFT":
        yield "join", changed(node, side=None, kind="INNER")
    elif node.side == "FULL":
        yield "join", changed(node, side="LEFT")
    elif not node.side:
        yield "join", changed(node, side="LEFT", kind=None)


def nulls(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """A value that is missing, thought of or not."""
    if isinstance(node, exp.Coalesce | exp.Nullif):
        yield "null", node.this.copy()
    elif isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        if isinstance(node.parent, exp.Not):
            return
        yield "null", exp.Not(this=node.copy())
    elif isinstance(node, exp.Not) and isinstance(node.this, exp.Is):
        yield "null", node.this.copy()
    elif isinstance(node, exp.Case):
        otherwise = node.args.get("default")
        if otherwise is not None and not isinstance(otherwise, exp.Null):
            yield "null", changed(node, default=exp.null())


def constants(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """A number that is one too high, and a truth that is none."""
    if isinstance(node, exp.Boolean):
        if not isinstance(node.parent, exp.Where | exp.Having | exp.Join):
            yield "constant", exp.Boolean(this=not node.this)
    elif isinstance(node, exp.Neg):
        yield "sign", node.this.copy()
    elif isinstance(node, exp.Literal) and not isinstance(node.parent, exp.Order | exp.Group):
        text = str(node.this)
        if text.isdigit() and (not node.is_string or isinstance(node.parent, exp.Interval)):
            yield "constant", changed(node, this=str(int(text) + 1))
        elif not node.is_string and re.fullmatch(r"\d+\.\d+", text):
            whole, decimals = text.split(".")
            yield "constant", changed(node, this=f"{int(whole) + 1}.{decimals}")


def frames(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Other rows around a row, or in another order."""
    if isinstance(node, exp.Window):
        if node.args.get("spec"):
            yield "window", changed(node, spec=None)
        if node.args.get("partition_by"):
            yield "window", changed(node, partition_by=None)
    elif isinstance(node, exp.Ordered):
        yield "window", changed(node, desc=not node.args.get("desc"))


def repetitions(node: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    """Rows or values counted once, or as often as they are there."""
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Distinct):
        yield "distinct", exp.Count(this=node.this.expressions[0].copy())
    elif isinstance(node, exp.Select) and node.args.get("distinct"):
        yield "distinct", changed(node, distinct=None)
    elif isinstance(node, exp.Union):
        yield "distinct", changed(node, distinct=not node.args.get("distinct"))
