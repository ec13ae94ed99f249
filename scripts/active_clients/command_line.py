"""What the commands have in common: their help, their lists of values and how they fail."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import click
import duckdb

from active_clients.project import ProjectError

# What a shell says of a program that Ctrl-C has ended.
STOPPED = 130


class Several(click.Option):
    """An option that takes all values up to the next option: --rounds 3 1 1."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"multiple": True, **kwargs})


class Names(click.ParamType[list[str]]):
    """Names separated by commas, of those that are known where these are given."""

    name = "names"

    def __init__(self, kind: str = "name", known: Collection[str] = ()) -> None:
        self.kind, self.known = kind, known

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> list[str]:
        """The names, in the order in which they were given."""
        names = [name.strip() for name in value.split(",") if name.strip()]
        if self.known and (unknown := [name for name in names if name not in self.known]):
            there_are = ", ".join(self.known)
            self.fail(f"no such {self.kind}: {', '.join(unknown)}; there are {there_are}", param)
        return names


def first_line(error: BaseException) -> str:
    """What went wrong, without the stack that DuckDB adds to its worst errors."""
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__


def system_error(error: OSError) -> str:
    """What the system refused, and of which file."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


class Command(click.Command):
    """A command that says in one line what a person can put right, and ends with a code."""

    def __init__(
        self,
        *args: Any,
        expected: tuple[type[Exception], ...] = (),
        failure_code: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.expected: tuple[type[Exception], ...] = (ProjectError, *expected)
        self.failure_code = failure_code

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run by the command line, under the name that a person typed."""
        return super().main(*args, **{"prog_name": self.name, **extra})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the name of an option before each of several values, as click has it."""
        several = {n for p in self.params if isinstance(p, Several) for n in p.opts}
        return super().parse_args(ctx, [*repeat_names(args, several)])

    def invoke(self, ctx: click.Context) -> None:
        """Run; what the function returns is the exit code, nothing is success."""
        try:
            code = super().invoke(ctx)
        except self.expected as error:
            for line in getattr(error, "lines", []):
                click.echo(line, err=True)
            self.say(str(error))
            code = self.failure_code
        except duckdb.Error as error:
            self.say(first_line(error))
            code = self.failure_code
        except BrokenPipeError:
            # Whoever reads the output has seen enough of it.
            raise
        except OSError as error:
            self.say(system_error(error))
            code = self.failure_code
        except KeyboardInterrupt:
            self.say("stopped by Ctrl-C")
            code = STOPPED
        ctx.exit(code or 0)

    def say(self, what: str) -> None:
        """One line on standard error, after the name of the command."""
        click.echo(f"{str(self.name).removeprefix('scripts/')}: {what}", err=True)


def repeat_names(arguments: Sequence[str], several: Collection[str]) -> Iterator[str]:
    """`--rounds 3 1` as `--rounds 3 --rounds 1`, for the options that take several values."""
    option, is_first = "", False
    for argument in arguments:
        if argument.startswith("--"):
            option, is_first = argument, True
        elif option in several and not is_first:
            yield option
        else:
            is_first = False
        yield argument


def command(
    name: str, help_text: str | None, **options: Any
) -> Callable[[Callable[..., int | None]], Command]:
    """A command of `scripts`, with a module's docstring for its help, line by line."""
    # Without the mark click would join the lines of a paragraph.
    paragraphs = "\n\n".join(f"\b\n{part}" for part in (help_text or "").strip().split("\n\n"))
    return click.command(
        f"scripts/{name}",
        cls=Command,
        help=paragraphs,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "show_default": True,
            "max_content_width": 100,
        },
        **options,
    )


def vars_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Variables of the project, as for dbt."""
    example = "'{as_of_date: 2025-06-30}'"
    option = click.option(
        "--vars", default="", show_default=False, help=f"YAML, as for dbt: {example}"
    )
    return option(function)
