"""Takes the picture of the dashboards that the README shows; with --all pictures of every page.

It needs a Chromium, and opens the pages that were published with the file.
"""

from __future__ import annotations

from pathlib import Path

import click

from active_clients.command_line import command
from active_clients.dashboards.boards import read_boards
from active_clients.dashboards.browser import browser
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, ProjectError
from active_clients.published_file import pages_of

WIDTHS = {"wide": 1280, "phone": 390}
SCHEMES = ("light", "dark")
# As much of the overview as a reader of the README wants to scroll past.
README_HEIGHT = 900


def take_all(pages: Path, folder: Path) -> list[Path]:
    """Every board, light and dark, at both widths."""
    taken = []
    with browser() as tab:
        for board in read_boards():
            for name, width in WIDTHS.items():
                for scheme in SCHEMES:
                    tab.open(pages / board.page, width, scheme=scheme)
                    taken.append(folder / f"{board.name}-{name}-{scheme}.png")
                    tab.screenshot(taken[-1])
    return taken


def take_one(pages: Path, folder: Path) -> list[Path]:
    """The upper part of the overview."""
    path = folder / "dashboards.png"
    with browser() as tab:
        tab.open(pages / "index.html")
        tab.screenshot(path, README_HEIGHT)
    return [path]


@command("screenshots", __doc__)
@click.option(
    "--target-dir", type=Path, default=Path("docs/images"), help="the folder for the pictures"
)
@click.option("--all", "is_all", is_flag=True, help="every page, two widths, light and dark")
@click.option("--file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the published file")
def main(target_dir: Path, is_all: bool, file: Path) -> None:
    """Take the pictures, and say where they are."""
    pages = pages_of(ROOT / file)
    if not pages.exists():
        raise ProjectError(f"{pages} is missing; run scripts/build first")
    for path in (take_all if is_all else take_one)(pages, ROOT / target_dir):
        click.echo(f"{path} ({path.stat().st_size / 1000:.0f} KB)")


if __name__ == "__main__":
    main()
