"""docs/questions.md: forty-one questions, asked and answered on the demo."""

from __future__ import annotations

import re

from active_clients.query import open_published
from active_clients.questions import PAGE, QUESTION, answered
from conftest import Built
from test_project import marts

QUESTIONS = list(QUESTION.finditer(PAGE.read_text()))


def test_answers_are_those_of_the_demo(built: Built) -> None:
    """What to do when this fails: scripts/build && scripts/questions, and read the difference."""
    page = PAGE.read_text()
    with open_published(built.published) as connection:
        assert answered(page, connection).splitlines() == page.splitlines()


def test_no_question_is_left_out_and_each_has_an_answer() -> None:
    titles = re.findall(r"^### (\d+)\. .+\?$", PAGE.read_text(), re.MULTILINE)
    assert [int(number) for number in titles] == list(range(1, 42))
    assert len(QUESTIONS) == 41
    rows = [len(question["answer"].splitlines()) - 2 for question in QUESTIONS]
    assert all(1 <= count <= 8 for count in rows), rows


def test_every_question_asks_marts_and_most_ask_another_one() -> None:
    asked = [set(re.findall(r"marts\.(\w+)", question["sql"])) for question in QUESTIONS]
    assert all(asked)
    assert set.union(*asked) <= set(marts())
    assert len(set.union(*asked)) >= 25
