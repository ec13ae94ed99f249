"""Superset gets the boards as they are, and answers with the published numbers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from zipfile import ZipFile

import pytest
import yaml

from active_clients.dashboards.boards import read_boards
from active_clients.dashboards.browser import browser, find_browser
from active_clients.dashboards.source import Source
from active_clients.dashboards.superset import Asset, read_assets, write_archive
from active_clients.project import ROOT, read_vars
from active_clients.query import open_published
from conftest import Built, free_port, needs_postgres, run_script

URI = "duckdb:////published.duckdb?access_mode=READ_ONLY"
INSTALLED = ROOT / ".venv-superset/.stamp"


def contents(archive: Path) -> dict[str, dict[str, Any]]:
    with ZipFile(archive) as parts:
        return {name: yaml.safe_load(parts.read(name)) for name in parts.namelist()}


@pytest.fixture(scope="module")
def archive(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("superset") / "boards.zip"
    write_archive(target, built.published, URI, read_vars())
    return target


def test_every_board_is_in_the_archive_with_each_chart_that_has_rows(archive: Path) -> None:
    parts = contents(archive).values()
    charts = {part["slice_name"] for part in parts if "slice_name" in part}
    boards = read_boards()
    # On the demo no month has enough answers.
    without = {"CSAT", "CSAT by month"}
    assert charts == {chart.title for board in boards for chart in board.charts} - without
    assert {part["dashboard_title"] for part in parts if "dashboard_title" in part} == {
        board.title for board in boards
    }


def test_what_is_shown_is_there(archive: Path) -> None:
    """A board shows charts of the archive, a chart reads a dataset of it, and all one database."""
    parts = contents(archive)
    keys = {part["uuid"]: name for name, part in parts.items() if "uuid" in part}
    assert len(keys) == len(parts) - 1
    for part in parts.values():
        wanted = [part[key] for key in ("dataset_uuid", "database_uuid") if key in part]
        wanted += [
            place["meta"]["uuid"]
            for place in part.get("position", {}).values()
            if isinstance(place, dict) and place["type"] == "CHART"
        ]
        assert [key for key in wanted if key not in keys] == []


def test_red_is_red(archive: Path) -> None:
    """Left to itself, Superset gives colours in the order in which it meets the names."""
    parts = contents(archive)
    colors = parts["active_clients/dashboards/health_and_actions.yaml"]["metadata"]["label_colors"]
    assert (colors["green"], colors["yellow"], colors["red"]) == ("#009E73", "#E69F00", "#D55E00")
    assert colors["Notice given"] == "#D55E00"


def test_the_marts_are_read_only(archive: Path) -> None:
    database = contents(archive)["active_clients/databases/active_clients.yaml"]
    assert database["sqlalchemy_uri"] == URI
    assert not database["allow_dml"]
    assert not database["allow_ctas"]


def test_the_archive_is_the_same_each_time(built: Built, archive: Path, tmp_path: Path) -> None:
    write_archive(tmp_path / "again.zip", built.published, URI, read_vars())
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


# ---- a server ------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """Superset with the boards."""

    address: str
    password: str


@pytest.fixture(
    scope="module",
    params=["the file", pytest.param("PostgreSQL", marks=needs_postgres)],
)
def superset(
    built: Built, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Server]:
    """One that reads the published file, and one that reads what was published on PostgreSQL."""
    if not INSTALLED.exists():
        pytest.skip("scripts/superset start has installed nothing")
    home, port = tmp_path_factory.mktemp("superset_home"), free_port()
    given = {**os.environ, "SUPERSET_HOME": str(home)}
    start = ["scripts/superset", "start", str(port), "--file", str(built.published)]
    if request.param == "PostgreSQL":
        uri = f"postgresql://postgres@127.0.0.1:{request.getfixturevalue('postgres')}/postgres"
        publish = ["scripts/publish", "--target-file", str(built.published), "--to", uri]
        done = run_script([*publish, "--schema", "explored"], built.project.environment)
        assert done.returncode == 0, done.stderr
        start += ["--uri", uri, "--schema", "explored"]
    subprocess.run(start, cwd=ROOT, env=given, check=True)
    yield Server(f"http://127.0.0.1:{port}", (home / "password").read_text().strip())
    subprocess.run(["scripts/superset", "stop"], cwd=ROOT, env=given, check=True)


def test_every_chart_answers_with_the_published_numbers(built: Built, superset: Server) -> None:
    api = Api(f"{superset.address}/api/v1", superset.password)
    charts = api.get("/chart/?q=(page_size:200)")["result"]
    with open_published(built.published) as connection:
        found = [*read_assets(read_boards(), Source(connection, read_vars()))]
        assert len(charts) == len(found)
        by_name = {asset.name: asset for asset in found}
        for chart in charts:
            (board,) = chart["dashboards"]
            asset = by_name[f"{board['dashboard_title']}: {chart['slice_name']}"]
            expected = {
                tuple(map(plain, row)) for row in connection.execute(grouped(asset)).fetchall()
            }
            (answer,) = api.get(f"/chart/{chart['id']}/data/")["result"]
            shown = {tuple(map(plain, row.values())) for row in answer["data"]}
            assert shown == expected, asset.name


# The picture by which its maker counts users, which the page's rules refuse.
COUNTED_BY = "https://apachesuperset.gateway.scarf.sh/"
SIGN_IN = """
    for (const [id, value] of Object.entries(%s)) {
      const field = document.getElementById(id);
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
      field.dispatchEvent(new Event("input", {bubbles: true}));
    }
    document.querySelector("button[type=submit]").click();
"""


@pytest.mark.skipif(find_browser() is None, reason="no Chromium is installed: no page is opened")
def test_every_board_is_drawn(superset: Server, built: Built, tmp_path: Path) -> None:
    with open_published(built.published) as connection:
        found = [*read_assets(read_boards(), Source(connection, read_vars()))]
    with browser(superset.address.removeprefix("http://"), expected=COUNTED_BY) as tab:
        tab.visit(f"{superset.address}/login/", "document.getElementById('password')")
        tab.evaluate(SIGN_IN % json.dumps({"username": "admin", "password": superset.password}))
        tab.wait("location.pathname.endsWith('/welcome/')")
        for board in read_boards():
            drawn = sum(asset.board == board for asset in found)
            tab.seen.errors.clear()
            page = f"superset/dashboard/{board.name.replace('_', '-')}/?standalone=2"
            tab.visit(
                f"{superset.address}/{page}",
                f"document.querySelectorAll('.slice_container').length === {drawn}"
                " && !document.querySelector('.loading')",
                width=1400,
            )
            assert tab.seen.errors == [], board.title
            assert tab.evaluate("document.querySelectorAll('.slice_container').length") == drawn
            assert tab.evaluate("document.querySelector('[role=alert], .ant-alert-error')") is None
            # Lines and bars grow for a second.
            tab.evaluate("new Promise(done => setTimeout(done, 1500))")
            picture = tmp_path / f"{board.name}.png"
            tab.screenshot(picture)
            assert picture.stat().st_size > 20_000
        known = (superset.address, "data:", "blob:", COUNTED_BY)
        assert [url for url in tab.seen.requests if not url.startswith(known)] == []


def grouped(asset: Asset) -> str:
    """What the chart asks, by hand: its numbers at its grain."""
    columns = [f'"{name}"' for name in asset.dimensions]
    if asset.chart.kind == "table":
        return f"select {', '.join(columns)} from ({asset.sql})"
    numbers = [f'max("{name}")' for name in asset.chart.y]
    by = f" group by {', '.join(columns)}" if columns else ""
    return f"select {', '.join([*columns, *numbers])} from ({asset.sql}){by}"


def plain(value: Any) -> Any:
    """Days are milliseconds in JSON, and decimals floats."""
    if hasattr(value, "toordinal"):
        return (value.toordinal() - 719_163) * 86_400_000
    if value is None or isinstance(value, str | bool):
        return value
    return round(float(value), 6)


class Api:
    """Superset's, as the administrator."""

    def __init__(self, root: str, password: str) -> None:
        self.root = root
        self.headers: dict[str, str] = {}
        said = {"username": "admin", "password": password, "provider": "db", "refresh": False}
        token = self.get("/security/login", said)["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        try:
            headers = self.headers | ({"Content-Type": "application/json"} if body else {})
            with urlopen(Request(self.root + path, data, headers)) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()}") from error
