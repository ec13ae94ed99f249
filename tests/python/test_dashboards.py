"""The dashboards: every page opens without a network and says what `scripts/query` says."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from active_clients.dashboards.boards import NEEDS, Board, BoardsError, Chart, read_boards
from active_clients.dashboards.browser import Browser, browser, find_browser
from active_clients.dashboards.formats import FORMATS
from active_clients.dashboards.pages import write_pages
from active_clients.dashboards.source import Source
from active_clients.metrics import Question
from active_clients.project import ROOT, read_vars
from active_clients.query import load_engine, open_published, write_sql
from conftest import Built

BOARDS = read_boards()
TILE = re.compile(r'data-value="([^"]+)" data-period="([^"]+)">\n<h2 [^>]*>([^<]+)')
WIDTHS = (1280, 390)
needs_browser = pytest.mark.skipif(
    find_browser() is None, reason="no Chromium is installed: no page is opened"
)


# ---- files to draw -------------------------------------------------------------------


def as_it_is(_: duckdb.DuckDBPyConnection) -> None:
    """The demo."""


def in_mid_month(connection: duckdb.DuckDBPyConnection) -> None:
    """The last month is not over: no number of it is one of a whole month."""
    connection.execute("update marts.publication set as_of_date = '2025-06-15'")
    for mart, column in (
        ("rpt_months", "period_month"),
        ("rpt_mrr_bridge", "period_month"),
        ("rpt_voice_months", "period_month"),
        ("fct_client_months", "period_month"),
        ("fct_lifecycle_counts", "period_start_date"),
        ("fct_client_openings", "period_start_date"),
        ("fct_lifecycle", "period_start_date"),
    ):
        connection.execute(
            f"update marts.{mart} set is_complete = false where {column} = '2025-06-01'"
        )
    for mart, column in (
        ("rpt_actives", "activity_date"),
        ("fct_active_clients_daily", "activity_date"),
        ("fct_active_users_daily", "activity_date"),
        ("fct_client_actives_daily", "activity_date"),
        ("fct_client_health", "snapshot_date"),
        ("fct_client_churn_risk", "snapshot_date"),
    ):
        connection.execute(f"delete from marts.{mart} where {column} > '2025-06-15'")
    connection.execute("delete from marts.fct_renewals where term_end_date > '2025-06-15'")
    connection.execute(
        "update marts.rpt_months set active_client_count = monthly_active_client_count,"
        " active_user_count = monthly_active_user_count,"
        " user_stickiness_rate = a.user_stickiness_rate,"
        " at_risk_mrr_amount = (select sum(at_risk_mrr_amount) from marts.fct_client_churn_risk"
        " where snapshot_date = '2025-06-15')"
        " from marts.rpt_actives as a"
        " where activity_date = '2025-06-15' and period_month = '2025-06-01'"
    )


def without(connection: duckdb.DuckDBPyConnection, tables: list[str], columns: list[str]) -> None:
    """As if raw tables had no rows: neither have marts of them, nor columns of reports."""
    listed = ", ".join(f"'{table}'" for table in tables)
    connection.execute(
        "update marts.fct_row_dispositions set accepted_row_count = 0, duplicate_row_count = 0,"
        " quarantined_row_count = 0, raw_row_count = 0"
        f" where source_name || '.' || table_name in ({listed})"
    )
    for relation in columns:
        mart, _, column = relation.partition(".")
        if column:
            connection.execute(f"update marts.{mart} set {column} = null")
            continue
        connection.execute(f"delete from marts.{mart}")
        connection.execute(
            "update marts.fct_coverage set coverage = 'empty', row_count = 0,"
            " reason = ? where mart_name = ?",
            [f"no rows: {tables[0]}", mart],
        )


VOICE = ["fct_nps", "fct_csat", "fct_survey_responses", "fct_survey_invitations",
         "fct_survey_response_rates", "fct_feedback_themes", "fct_feedback_loop",
         *(f"{m}.{c}" for m in ("rpt_months", "rpt_voice_months")
           for c in ("nps", "nps_lower", "nps_upper", "csat_rate", "survey_response_rate")),
         "rpt_clients.nps_score", "rpt_clients.nps_date"]  # fmt: skip
SURVEYS = ["feedback.survey_responses", "feedback.survey_invitations"]
REVENUE = ["fct_client_mrr", "fct_mrr_movements", "fct_renewals", "fct_client_churns",
           "fct_client_openings", "fct_client_retained_mrr", "fct_revenue_retention",
           "fct_client_health", "fct_client_churn_risk", "fct_churn_calibration",
           "fct_health_backtest", "fct_client_alerts", "fct_survival", "rpt_mrr_bridge",
           "rpt_revenue_retention", "fct_next_best_actions", "rpt_clients.mrr_amount"]  # fmt: skip


def before_the_first_survey(connection: duckdb.DuckDBPyConnection) -> None:
    """Nobody has asked anybody yet."""
    without(connection, SURVEYS, VOICE)


def without_invoices(connection: duckdb.DuckDBPyConnection) -> None:
    """No invoices: no revenue to value clients by."""
    without(
        connection,
        ["billing.invoices"],
        ["fct_invoices", "fct_mrr_invoice_reconciliation", "fct_client_lifetime_value",
         "fct_clv_cohorts", "rpt_lifetime_value"],
    )  # fmt: skip


def with_usage_only(connection: duckdb.DuckDBPyConnection) -> None:
    """Usage and nothing else: surveys have no rows, tickets are switched off."""
    without(connection, ["billing.subscriptions"], REVENUE)
    without(connection, SURVEYS, VOICE)
    without(connection, ["support.tickets"], ["rpt_clients.open_ticket_count"])
    connection.execute("drop table marts.fct_tickets")
    connection.execute("drop table marts.fct_ticket_backlog")


CASES: dict[str, Callable[[duckdb.DuckDBPyConnection], None]] = {
    case.__name__: case
    for case in (
        as_it_is,
        in_mid_month,
        before_the_first_survey,
        without_invoices,
        with_usage_only,
    )
}


@dataclass(frozen=True)
class Site:
    """A published file, and the pages drawn from it."""

    case: str
    file: Path
    pages: Path

    def html(self, board: Board) -> str:
        return (self.pages / board.page).read_text()


@pytest.fixture(scope="module", params=CASES)
def site(request: pytest.FixtureRequest, built: Built, tmp_path_factory: Any) -> Site:
    folder = tmp_path_factory.mktemp(request.param)
    file = folder / "published.duckdb"
    shutil.copy(built.published, file)
    with duckdb.connect(str(file)) as connection:
        CASES[request.param](connection)
    write_pages(file, folder / "pages", read_vars())
    return Site(request.param, file, folder / "pages")


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as found:
        yield found


# ---- numbers -------------------------------------------------------------------------


MEASURED = [(b, c) for b in BOARDS for c in b.charts if c.metric]


@pytest.fixture(scope="module")
def questions(built: Built) -> dict[tuple[str, str], str]:
    """The SQL of every metric that a chart shows, by the period of the chart."""
    with open_published(built.published) as connection:
        engine = load_engine(connection)
    return {
        (c.metric, c.by): write_sql(engine, Question([c.metric], [f"metric_time__{c.by}"]))
        for _, c in MEASURED
    }


@pytest.fixture(scope="module")
def needs(built: Built) -> dict[str, set[str]]:
    """The raw tables without which scripts/query tells nothing of a metric."""
    with open_published(built.published) as connection:
        engine = load_engine(connection)
    return {chart.metric: engine.needs(chart.metric) for _, chart in MEASURED}


def answers(source: Source, sql: str) -> dict[str, float]:
    """What a metric says, by the begin of a period."""
    try:
        rows = source.rows(sql)
    except duckdb.CatalogException:
        # A file without the mart has not its metrics either.
        return {}
    return {str(as_day(period)): float(value) for period, value in rows if value is not None}


def as_day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def begin_of(period: Any, grain: str) -> str:
    """The begin of the period that a day is in."""
    day = period if isinstance(period, date) else date.fromisoformat(period)
    if grain == "week":
        return str(date.fromordinal(day.toordinal() - day.weekday()))
    return str(day.replace(day=1) if grain == "month" else day)


def test_numbers_equal_those_of_scripts_query(
    site: Site, questions: dict[tuple[str, str], str], needs: dict[str, set[str]]
) -> None:
    """Every tile as the page shows it, and every other chart of a metric in all its periods."""
    shown = {
        (board.name, title): (begin, float(value))
        for board in BOARDS
        for value, begin, title in TILE.findall(site.html(board))
    }
    with open_published(site.file) as connection:
        source = Source(connection, read_vars())
        tiles = sum(compare(source, *one, questions, needs, shown) for one in MEASURED)
    assert tiles >= 5


def compare(
    source: Source,
    board: Board,
    chart: Chart,
    questions: dict[tuple[str, str], str],
    needs: dict[str, set[str]],
    shown: dict[tuple[str, str], tuple[str, float]],
) -> bool:
    """A chart has the numbers of its metric; whether it is a tile that shows one."""
    known = answers(source, questions[chart.metric, chart.by])
    (y,), place = chart.y, f"{board.name}: {chart.title}"
    answer = source.ask(chart, place)
    is_unknown = bool(needs[chart.metric] & source.missing)
    if answer.reason or is_unknown:
        # What the page does not say, the metric does not know, or says of nobody.
        assert answer.reason, place
        assert is_unknown or not any(known.values()), (place, answer.reason)
        return False
    found = {
        begin_of(record[chart.x], chart.by): float(record[y])
        for record in answer.records()
        if record[y] is not None
    }
    # A metric has no row where there is nothing to count.
    wanted = {period: pytest.approx(known.get(period, 0), abs=1e-4) for period in found}
    assert found == wanted, place
    if chart.kind == "tile":
        begin, value = shown[board.name, chart.title]
        assert begin_of(begin, chart.by) == max(found), place
        assert value == wanted[max(found)], place
    return chart.kind == "tile"


def test_most_tiles_are_a_metric() -> None:
    tiles = [chart for board in BOARDS for chart in board.charts if chart.kind == "tile"]
    others = {chart.title for chart in tiles if not chart.metric}
    # The NPS of the marts counts each respondent once, that of the metrics each response.
    assert others == {"NPS"}


# ---- pages in a browser --------------------------------------------------------------


@needs_browser
@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_opens_alone_and_draws_every_chart(
    site: Site, tab: Browser, board: Board, width: int, tmp_path: Path
) -> None:
    if width > 600 and site.case != "as_it_is":
        pytest.skip("what is missing is seen on a phone, where there is least room for words")
    scheme = "dark" if width < 600 else "light"
    seen = tab.open(site.pages / board.page, width, scheme=scheme)
    assert seen.errors == []
    assert {url.partition(":")[0] for url in seen.requests} <= {"file", "data"}
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    drawn = tab.evaluate(
        "[...document.querySelectorAll('.plot')].map(p => ["
        "p.closest('figure').querySelector('h2').firstChild.textContent.trim(),"
        "p.querySelectorAll('.point, .bars path, .js-line, .waterfalllayer path').length])"
    )
    assert [title for title, marks in drawn if not marks] == []
    plotted = {chart.title for chart in board.charts} & {title for title, _ in drawn}
    assert len(drawn) == len(plotted)
    # What is no plot is a tile, a table with rows, or says why there is nothing.
    empty = tab.evaluate(
        "[...document.querySelectorAll('figure, .tile')].filter(f =>"
        "!f.querySelector('.plot svg, tbody tr, .value, .reason')).map(f => f.textContent)"
    )
    assert empty == []
    picture = tmp_path / f"{site.case}-{board.name}-{width}.png"
    tab.screenshot(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_is_not_there_says_why(site: Site) -> None:
    text = "".join(site.html(board) for board in BOARDS).replace("<wbr>", "")
    reasons = set(re.findall(r'<p class="reason">([^<]*)</p>', text))
    expected = {
        "as_it_is": {"No month has enough answers to a CSAT survey yet."},
        "before_the_first_survey": {"The raw table feedback.survey_responses has no rows."},
        "without_invoices": {"The raw table billing.invoices has no rows."},
        "with_usage_only": {
            "The raw table billing.subscriptions has no rows.",
            "The raw table feedback.survey_responses has no rows.",
            "marts.fct_ticket_backlog is not built: a raw table that it is made from is switched"
            " off (docs/configuration.md).",
        },
    }
    assert expected.get(site.case, set()) <= reasons


@needs_browser
def test_a_month_that_is_not_over_is_dashed(site: Site, tab: Browser) -> None:
    tab.open(site.pages / "index.html")
    dashes = sum(
        tab.evaluate(
            "[...document.querySelectorAll('figure.line .plot')].map(p =>"
            "p.data.filter(t => t.line.dash === 'dot').length)"
        )
    )
    text = tab.evaluate("document.body.textContent")
    assert (dashes, "so far" in text.replace("“so far”", "")) == (
        (1, True) if site.case == "in_mid_month" else (0, False)
    )


# ---- how they are made ---------------------------------------------------------------


def test_pages_are_the_same_each_time(built: Built, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_pages(built.published, tmp_path / name, read_vars())
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == len(BOARDS) + 3
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_plotly_knows_every_word_it_is_told(built: Built, tmp_path: Path) -> None:
    """A misspelt option is ignored by a page, and refused by plotly's Python."""
    graph_objects = pytest.importorskip("plotly.graph_objects")
    write_pages(built.published, tmp_path, read_vars())
    count = 0
    for board in BOARDS:
        found = re.findall(
            r'<script type="application/json">(.*?)</script>', (tmp_path / board.page).read_text()
        )
        for text in found:
            graph_objects.Figure(json.loads(re.sub(r'"@[\w.:]+"', '"#000000"', text)))
            count += 1
    assert count > 25


BOARD = """
title: Board
question: Why?
order: 1
charts:
  - title: Clients
    kind: table
    sql: select client_id, client_name from marts.rpt_clients order by 1
    columns: [{column: client_id}, {column: client_name}]
    filters: [client_name]
    search: true
  - title: By name
    kind: bar
    sql: select client_name, 1 as client_count from marts.rpt_clients order by client_id
    x: client_name
    y: client_count
    format: count
    horizontal: true
"""


@needs_browser
def test_text_of_data_is_text(built: Built, tab: Browser, tmp_path: Path) -> None:
    """A client may be called anything: its name is shown, and does nothing."""
    names = [
        "</script><script>document.title = 'taken'</script>",
        "<img src=x onerror=\"document.title = 'taken'\">",
        "@1",
        "%{x}<b>bold</b> &amp; \u2028",
    ]
    file = tmp_path / "published.duckdb"
    shutil.copy(built.published, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from marts.rpt_clients where client_id > 'c004'")
        connection.execute(
            "update marts.rpt_clients set client_name = ?[cast(right(client_id, 1) as integer)]",
            [names],
        )
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards/board.yml").write_text(BOARD)
    page = write_pages(file, tmp_path / "pages", read_vars(), tmp_path / "boards")
    seen = tab.open(page)
    assert seen.errors == []
    assert tab.evaluate("document.title").startswith("Board")
    assert tab.evaluate("document.querySelectorAll('img, td b').length") == 0
    told = tab.evaluate("[...document.querySelectorAll('.sortable td')].map(c => c.textContent)")
    assert told == names[: len(told)]
    assert len(told) >= 3
    drawn = tab.evaluate("document.querySelector('.plot').textContent")
    assert "</script><script>document.title = 'taken'</script>" in drawn
    assert "@1" in drawn


@needs_browser
def test_a_table_is_filtered_searched_and_sorted(
    built: Built, tab: Browser, tmp_path: Path
) -> None:
    write_pages(built.published, tmp_path, read_vars())
    assert tab.open(tmp_path / "health_and_actions.html").errors == []
    tab.evaluate("window.table = [...document.querySelectorAll('figure')].find("
                 "f => f.querySelector('h2').textContent.trim() === 'Clients'), 0")  # fmt: skip
    rows = "[...table.querySelectorAll('tbody tr')].filter(r => !r.hidden)"
    everyone = tab.evaluate(f"{rows}.length")
    name, owner = tab.evaluate(f"[0, 1].map(i => {rows}[3].cells[i].textContent)")
    tab.evaluate(
        f"table.querySelector('select').value = '{owner}',"
        "table.querySelector('form').dispatchEvent(new Event('input')), 0"
    )
    owners = tab.evaluate(f"{rows}.map(r => r.cells[1].textContent)")
    assert set(owners) == {owner}
    assert 0 < len(owners) < everyone
    assert tab.evaluate("table.querySelector('output').textContent") == (
        f"{len(owners)} of {everyone}"
    )
    tab.evaluate(
        f"table.querySelector('input').value = '{name.upper()}',"
        "table.querySelector('form').dispatchEvent(new Event('input')), 0"
    )
    assert name in tab.evaluate(f"{rows}.map(r => r.cells[0].textContent)")
    tab.evaluate("table.querySelector('select').value = '',"
                 "table.querySelector('input').value = '',"
                 "table.querySelector('form').dispatchEvent(new Event('input')),"
                 "table.querySelectorAll('thead button')[2].click(), 0")  # fmt: skip
    amounts = tab.evaluate(f"{rows}.map(r => r.cells[2].dataset.key)")
    known = [float(amount) for amount in amounts if amount]
    assert known == sorted(known, reverse=True)
    assert len(known) == len(amounts) or amounts[-1] == ""
    assert tab.evaluate("table.querySelectorAll('th')[2].ariaSort") == "descending"


@needs_browser
def test_definitions_are_shown_by_the_keyboard(built: Built, tab: Browser, tmp_path: Path) -> None:
    write_pages(built.published, tmp_path, read_vars())
    tab.open(tmp_path / "index.html")
    focused = "document.activeElement.className"
    for _ in range(30):
        tab.press("Tab")
        if tab.evaluate(focused) == "info":
            break
    shown = "getComputedStyle(document.activeElement.nextElementSibling).visibility"
    assert tab.evaluate(shown) == "visible"
    said = tab.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    )
    assert "MRR" in said or "revenue" in said.lower()
    tab.press("Escape")
    assert tab.evaluate(shown) == "hidden"


def test_a_page_holds_no_more_rows_than_are_read(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("active_clients.dashboards.source.TABLE_ROWS", 20)
    write_pages(built.published, tmp_path, read_vars())
    text = (tmp_path / "health_and_actions.html").read_text()
    assert "The first 20 rows; marts.rpt_clients has all." in text
    tables = re.findall(r'<table class="plain sortable">(.*?)</table>', text, re.DOTALL)
    assert max(table.count("<tr>") for table in tables) == 21


def test_the_picture_of_the_readme_is_small() -> None:
    (name,) = re.findall(r"\((docs/images/[^)]*)\)", (ROOT / "README.md").read_text())
    assert (ROOT / name).stat().st_size < 300_000


def test_every_chart_says_what_it_is(built: Built) -> None:
    with open_published(built.published) as connection:
        source = Source(connection, read_vars())
        unsaid = [
            f"{board.name}: {chart.title}"
            for board in BOARDS
            for chart in board.charts
            if len(source.definition(chart, chart.title)) < 10
        ]
    assert unsaid == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("kind: bar", "kind: pie", "board.yml, chart 'By name': `kind` is 'pie'; it takes tile"),
        ("    y: client_count\n", "", "chart 'By name': a bar needs `y`"),
        ("title: By name", "title: Clients", "two charts are called 'Clients'"),
        ("horizontal: true", "horizontal: 1", "`horizontal` takes true or false"),
        ("search: true", "searchable: true", "there is no `searchable`; a chart takes title, kind"),
        ("filters: [client_name]", "filters: [owner]", "`filters` has owner, which is not among"),
        ("order: 1", "order: 2", "`order` counts the boards from 1, and they have [2]"),
        ("question: Why?\n", "", "a board has title, question, order, charts"),
        ("title: Board", "title: [", "board.yml is not YAML"),
        ("by 1\n", "by $day\n", "the SQL asks for $day; there are $as_of_date, $currency"),
        ("x: client_name", "x: name", "the SQL returns no name; it returns client_name, client_c"),
        ("1 as client_count", "1 as", "chart 'By name': the SQL cannot be run: Parser Error"),
        (" from marts.rpt_clients order by 1", "", "the SQL reads no mart; name one as marts."),
        ("rpt_clients order by client_id", "rpt_client", "there is no mart rpt_client;"),
        ("kind: bar", "kind: bar\n    definition: {metric: no_such}", "names the metric no_such"),
        ("kind: bar", "kind: bar\n    definition: {mart: no_such}", "names the mart no_such"),
        ("kind: bar", "kind: bar\n    definition: {marts: a}", "`definition` takes a text, or one"),
    ],
)
def test_what_is_wrong_with_a_board_is_told(
    built: Built, tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in BOARD
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards/board.yml").write_text(BOARD.replace(before, after))
    with pytest.raises(BoardsError) as error:
        write_pages(built.published, tmp_path / "pages", read_vars(), tmp_path / "boards")
    assert said in "\n".join(error.value.lines)
    assert "docs/dashboards.md" in str(error.value)
    assert not (tmp_path / "pages").exists()


def test_the_page_on_dashboards_has_every_key_and_format() -> None:
    text = (ROOT / "docs/dashboards.md").read_text()
    names = set(re.findall(r"`(\w+)`", text))
    assert {field.name for field in fields(Chart)} | {*NEEDS, *FORMATS} <= names
    for board in BOARDS:
        assert f"| {board.title} | {board.question} |" in text


def folders_that_can_be_off(tree: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The folders of models of optional tables, as dbt_project.yml has them for metrics."""
    for name, found in tree.items():
        if name == "+enabled" and "var(" in str(found):
            yield "/".join(path)
        elif isinstance(found, dict):
            yield from folders_that_can_be_off(found, (*path, name))


def test_every_board_is_exposed_with_the_marts_it_reads() -> None:
    tree = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["metrics"]["active_clients"]
    off = {
        path.stem
        for folder in folders_that_can_be_off(tree)
        for path in (ROOT / "models" / folder).rglob("*.sql")
    }
    exposures = yaml.safe_load((ROOT / "models/metrics/exposures.yml").read_text())["exposures"]
    exposed = {e["name"]: e for e in exposures if e["type"] == "dashboard"}
    assert set(exposed) == {f"{board.name}_board" for board in BOARDS}
    for board in BOARDS:
        found = exposed[f"{board.name}_board"]
        read = {mart for chart in board.charts for mart in chart.marts}
        assert set(found["depends_on"]) == {
            f"ref('active_clients', '{mart}')" for mart in read - off
        }
        assert (found["label"], found["description"]) == (board.title, board.question)
