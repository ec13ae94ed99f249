"""Draws the dashboards of the published file into a folder, to look at them before readers do.

scripts/build and scripts/publish draw them beside the file that they publish.
"""

from __future__ import annotations

from pathlib import Path

import click

from active_clients.command_line import command, vars_option
from active_clients.dashboards.pages import write_pages
from active_clients.project import DEFAULT_PUBLISHED_FILE, ROOT, read_vars


@command("dashboards", __doc__)
@click.option(
    "--target-dir",
    type=Path,
    default=Path("target/dashboards"),
    help="the folder to write the pages to",
)
@click.option("--file", type=Path, default=DEFAULT_PUBLISHED_FILE, help="the published file")
@vars_option
def main(target_dir: Path, file: Path, vars: str) -> None:
    """Write the pages."""
    page = write_pages(ROOT / file, ROOT / target_dir, read_vars(vars))
    click.echo(f"Open {page}")


if __name__ == "__main__":
    main()
