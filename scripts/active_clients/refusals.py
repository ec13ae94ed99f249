"""Questions that MetricFlow would answer with a number that means nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from active_clients.periods import split_grain
from active_clients.project import ProjectError

if TYPE_CHECKING:
    from active_clients.metrics import Engine, Question


def asks_for_one(name: str, conditions: Sequence[str], grains: Sequence[str] = ()) -> bool:
    """Whether a condition keeps one value of a name; of a time, one period of these grains."""
    grain = f", *'({'|'.join(grains)})'" if grains else ""
    one = re.compile(
        r"\{\{ *(Time)?Dimension\( *'" + re.escape(name) + "'" + grain + r" *\) *\}\} *= *[^ ]"
    )
    return any(one.search(c) and not re.search(r"\bor\b", c, re.I) for c in conditions)


def refuse_wrong(engine: Engine, question: Question) -> None:
    """Stop at what MetricFlow would answer with a number that means nothing."""
    asked = [split_grain(name) for name in question.group_by]
    names = {name for name, _ in asked}
    conditions = [text.replace('"', "'") for text in question.where]
    others = [text for text in conditions if "metric_time" not in text]
    for metric in question.metrics:
        grains = engine.grains(metric)
        for _, grain in asked:
            if grain and grain not in grains:
                raise ProjectError(
                    f"{metric} is a number of a {' or a '.join(grains)}, which a {grain} has not: "
                    f"{advice(engine, metric, grain)}"
                )
        for required in engine.requires(metric):
            of_time = required == "metric_time"
            if required in names or asks_for_one(required, conditions, grains if of_time else ()):
                continue
            shown = f"{required}__{grains[-1]}" if of_time else required
            raise ProjectError(
                f"{metric} means nothing over several values of {required}: add --group-by "
                f"{shown}, or a --where that asks for one by ="
            )
        every = engine.every(metric)
        if (
            others
            and engine.is_snapshot(metric)
            and ("metric_time", every) not in asked
            and not asks_for_one("metric_time", conditions, (every,))
        ):
            raise ProjectError(
                f"{metric} is taken every {every}; of a longer time a --where would find the last "
                f"{every} in which anything fits it: add --group-by metric_time__{every}, or a "
                "--where that asks for one by ="
            )


def advice(engine: Engine, metric: str, grain: str) -> str:
    """What to ask instead of a metric by a grain it does not have."""
    prefix = {"quarter": "quarterly_", "year": "yearly_"}.get(grain)
    if prefix and prefix + metric in engine.metric_names():
        return f"ask for {prefix}{metric}"
    return f"ask by metric_time__{engine.grains(metric)[-1]}"
