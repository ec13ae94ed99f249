"""Every metric, asked on the demo, says what it said when its answers were recorded."""

from __future__ import annotations

from active_clients.metric_answers import MetricAnswer, answers, differences, recorded
from active_clients.query import open_published
from conftest import Built

REFRESH = "if the new numbers are meant: scripts/build && scripts/metric_answers"


def test_answers_are_those_that_were_recorded(built: Built) -> None:
    with open_published(built.published) as connection:
        changed = differences(recorded(), answers(connection))
    assert not changed, "\n".join(["answers changed", REFRESH, *changed])


def test_a_difference_names_metric_and_cut_and_both_sums() -> None:
    old = [
        MetricAnswer("mrr", "total", "1", "10", "a"),
        MetricAnswer("mrr", "month", "2", "10", "b"),
        MetricAnswer("arr", "month", "2", "120", "c"),
        MetricAnswer("arpa", "month", "2", "5", "d"),
    ]
    new = [
        MetricAnswer("mrr", "total", "1", "11.5", "e"),
        MetricAnswer("mrr", "month", "2", "10", "f"),
        MetricAnswer("arr", "total", "1", "120", "g"),
        MetricAnswer("arpa", "month", "2", "5", "d"),
    ]
    assert differences(old, new) == [
        "arr (month): is no longer answered",
        "arr (total): is new",
        "mrr (month): sum 10 as before, in other rows; groups 2, 2",
        "mrr (total): sum 10 before, 11.5 now; groups 1, 1",
    ]
    assert differences(new, new) == []
