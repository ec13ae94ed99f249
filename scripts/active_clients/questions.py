"""Answers the questions of docs/questions.md from the published file, and writes them there.

scripts/build && scripts/questions
"""

from __future__ import annotations

import re
from pathlib import Path

import click
import duckdb

from active_clients.command_line import command
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT
from active_clients.query import open_published, table_text

PAGE = ROOT / "docs/questions.md"
# A question, what asks it, and what it was answered.
QUESTION = re.compile(
    r"^(### .+?\n.*?```sql\n)(?P<sql>.*?)(```\n\n```text\n)(?P<answer>.*?)```$",
    re.MULTILINE | re.DOTALL,
)


def answered(page: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The page with the answers that its queries give."""

    def answer(match: re.Match[str]) -> str:
        cursor = connection.execute(match["sql"])
        columns = [description[0] for description in cursor.description or []]
        table = table_text(columns, cursor.fetchall())
        return f"{match[1]}{match['sql']}{match[3]}{table}\n```"

    return QUESTION.sub(answer, page)


@command("questions", __doc__, expected=(duckdb.Error,))
@click.argument("file", type=Path, default=ROOT / DEFAULT_PUBLISHED_FILE)
def main(file: Path) -> None:
    """Write the answers, and say how many there are."""
    page = PAGE.read_text()
    with open_published(file) as connection:
        PAGE.write_text(answered(page, connection))
    click.echo(f"{len(QUESTION.findall(page))} answers in {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
