"""What plotly is told to draw: a figure is data and layout, plain enough for JSON.

Colours are names, such as @1 or @grid, for which the page puts those of its light or dark theme;
@1:0.2 is a fifth of one. They stand only where plotly expects a colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from active_clients.dashboards.boards import Chart
from active_clients.dashboards.formats import FORMATS, compact, plain, shown, words
from active_clients.dashboards.source import Answer

Figure = dict[str, Any]
Trace = dict[str, Any]
COLORS = 7
# Above this a point is no more to be told from the next.
POINTS_WITH_MARKERS = 40


def label(chart: Chart, name: Any) -> str:
    """A column or value as it is called on a page."""
    if name in chart.labels:
        return chart.labels[name]
    said = str(name)
    for ending in ("_count", "_rate", "_amount"):
        said = said.removesuffix(ending)
    return words(said)


def figure(chart: Chart, answer: Answer) -> Figure:
    """The figure of a chart that has rows."""
    draw: dict[str, Callable[[Chart, Answer], Figure]] = {
        "line": line,
        "bar": bar,
        "bridge": bridge,
        "funnel": funnel,
    }
    return draw[chart.kind](chart, answer)


def line(chart: Chart, answer: Answer) -> Figure:
    """Lines over time; what is not over is dashed, bounds are a band."""
    traces: list[Trace] = []
    for number, (name, found) in enumerate(by_series(chart, answer), 1):
        color = chart.colors.get(name, f"@{(number - 1) % COLORS + 1}")
        traces += band(chart, found, color)
        traces += solid_then_dashed(chart, found, label(chart, name), color)
    if chart.reference:
        x = [plain(value) for value in answer.of(chart.x)]
        y = [plain(value) for value in answer.of(chart.reference)]
        traces.append(
            {
                "type": "scatter", "mode": "lines", "x": x, "y": y,
                "name": escape(label(chart, chart.reference)),
                "line": {"color": "@muted", "width": 1.5, "dash": "dash"},
                "hovertemplate": hover(chart, label(chart, chart.reference)),
            }
        )  # fmt: skip
    return {"data": traces, "layout": axes(chart, traces)}


def by_series(chart: Chart, answer: Answer) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rows of each line, with its value under `y`."""
    records = answer.records()
    if not chart.series:
        return [(y, [record | {"y": record[y]} for record in records]) for y in chart.y]
    found: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        found.setdefault(str(record[chart.series]), []).append(record | {"y": record[chart.y[0]]})
    # In the order of the colours, where these are told.
    order = [name for name in chart.colors if name in found]
    return [(name, found[name]) for name in dict.fromkeys([*order, *found])]


def band(chart: Chart, records: Sequence[dict[str, Any]], color: str) -> list[Trace]:
    """The space between the bounds; nothing where there are none."""
    known = [r for r in records if is_bounded(chart, r)]
    if not known:
        return []
    x = [plain(r[chart.x]) for r in known]
    edge = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip", "showlegend": False}
    return [
        edge | {"y": [plain(r[chart.lower]) for r in known], "line": {"width": 0, "color": color}},
        edge
        | {
            "y": [plain(r[chart.upper]) for r in known],
            "line": {"width": 0, "color": color},
            "fill": "tonexty",
            "fillcolor": f"{color}:0.18",
        },
    ]


def is_bounded(chart: Chart, record: dict[str, Any]) -> bool:
    """Whether a row has both bounds, where the chart has such."""
    bounds = (chart.lower, chart.upper)
    return all(bounds) and all(record[bound] is not None for bound in bounds)


def solid_then_dashed(
    chart: Chart, records: Sequence[dict[str, Any]], name: str, color: str
) -> list[Trace]:
    """A line, and where a period is not over the way to it dashed."""
    x = [plain(r[chart.x]) for r in records]
    y = [plain(r["y"]) for r in records]
    over = [not chart.complete or bool(r[chart.complete]) for r in records]
    mode = "lines+markers" if chart.points or len(records) <= POINTS_WITH_MARKERS else "lines"
    trace: Trace = {
        "type": "scatter", "mode": mode, "name": escape(name), "x": x, "connectgaps": False,
        "line": {"color": color, "width": 2 if len(records) < 200 else 1.5},
        "marker": {"color": color, "size": 5},
        "hovertemplate": hover(chart, name), "legendgroup": name,
    }  # fmt: skip
    if any(is_bounded(chart, r) for r in records):
        trace["customdata"] = [
            [shown(r[chart.lower], chart.format), shown(r[chart.upper], chart.format)]
            for r in records
        ]
        trace["hovertemplate"] = hover(chart, name, " (%{customdata[0]} to %{customdata[1]})")
    solid = trace | {"y": [value if o else None for value, o in zip(y, over, strict=True)]}
    if all(over):
        return [solid]
    # From the last point of the line on.
    dashed = [
        value if not o or (not after and o) else None
        for value, o, after in zip(y, over, [*over[1:], True], strict=True)
    ]
    rest = trace | {
        "y": dashed,
        "showlegend": False,
        "line": {"color": color, "width": 2, "dash": "dot"},
        "marker": {"color": color, "size": 7, "symbol": "circle-open"},
        "mode": "lines+markers",
        "hovertemplate": hover(chart, f"{name}, not over"),
    }
    return [solid, rest]


def bar(chart: Chart, answer: Answer) -> Figure:
    """Bars, stacked or side by side; hatched where the period is not over."""
    traces: list[Trace] = []
    for number, (name, found) in enumerate(by_series(chart, answer), 1):
        color = chart.colors.get(name, f"@{(number - 1) % COLORS + 1}")
        keys = [_category(chart, r[chart.x]) for r in found]
        values = [plain(r["y"]) for r in found]
        trace: Trace = {
            "type": "bar", "name": escape(label(chart, name)), "marker": {"color": color},
            "hovertemplate": hover(chart, label(chart, name)),
        }  # fmt: skip
        if chart.complete:
            shapes = ["" if r[chart.complete] else "/" for r in found]
            trace["marker"] |= {"pattern": {"shape": shapes, "fgcolor": "@paper"}}
        if chart.lower:
            trace["error_y" if not chart.horizontal else "error_x"] = {
                "type": "data", "symmetric": False, "color": "@ink", "thickness": 1.2, "width": 4,
                "array": [_less(r[chart.upper], r["y"]) for r in found],
                "arrayminus": [_less(r["y"], r[chart.lower]) for r in found],
            }  # fmt: skip
            trace["customdata"] = [
                [shown(r[chart.lower], chart.format), shown(r[chart.upper], chart.format)]
                for r in found
            ]
            trace["hovertemplate"] = hover(
                chart, label(chart, name), " (%{customdata[0]} to %{customdata[1]})"
            )
        if chart.horizontal:
            trace |= {"orientation": "h", "x": values, "y": keys}
            if not chart.lower and len(chart.y) == 1 and not chart.series:
                trace |= {
                    "text": [shown(r["y"], chart.format) for r in found],
                    "textposition": "outside", "cliponaxis": False, "textangle": 0,
                    "outsidetextfont": {"color": "@ink"},
                }  # fmt: skip
        else:
            trace |= {"x": keys, "y": values}
        traces.append(trace)
    if chart.reference:
        traces.append(reference(chart, answer))
    layout = axes(chart, traces)
    layout["barmode"] = "relative" if chart.stacked else "group"
    layout["bargap"] = 0.25
    if chart.horizontal:
        layout["yaxis"] |= {"autorange": "reversed", "automargin": True, "showgrid": False}
        if "text" in traces[0]:
            # Room for the number beside the longest bar.
            layout["xaxis"]["range"] = [0, 1.15 * max(max(traces[0]["x"], default=0), 1e-9)]
    return {"data": traces, "layout": layout}


def reference(chart: Chart, answer: Answer) -> Trace:
    """What bars are compared with: a line over them, a mark on each where they lie."""
    name = label(chart, chart.reference)
    keys = [_category(chart, value) for value in answer.of(chart.x)]
    values = [plain(value) for value in answer.of(chart.reference)]
    trace = {"type": "scatter", "name": escape(name), "hovertemplate": hover(chart, name)}
    if chart.horizontal:
        mark = {"symbol": "line-ns", "size": 16, "line": {"color": "@ink", "width": 2.5}}
        return trace | {"mode": "markers", "x": values, "y": keys, "marker": mark}
    line = {"color": "@ink", "width": 1.5}
    marker = {"color": "@ink", "size": 4}
    return trace | {
        "mode": "lines+markers", "x": keys, "y": values, "line": line, "marker": marker,
    }  # fmt: skip


def bridge(chart: Chart, answer: Answer) -> Figure:
    """From a first total over steps to a last one."""
    records = answer.records()
    values = [plain(r[chart.y[0]]) or 0 for r in records]
    totals = [bool(r[chart.total]) for r in records]
    # The first total begins the sum; plotly would reckon it from what is before.
    measures = [
        ("absolute" if i == 0 else "total") if total else "relative"
        for i, total in enumerate(totals)
    ]
    shown_as = [
        shown(v, chart.format) if t else shown(v, "signed")
        for v, t in zip(values, totals, strict=True)
    ]
    trace = {
        "type": "waterfall",
        "x": [escape(str(r[chart.x])).replace(" ", "<br>") for r in records],
        "y": values,
        "measure": measures,
        "text": shown_as,
        # For a phone, where the numbers of the steps would lie one over the other.
        "meta": [compact(v, not t) for v, t in zip(values, totals, strict=True)],
        "textposition": "outside",
        "textfont": {"color": "@ink", "size": 11},
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "increasing": {"marker": {"color": "@up"}},
        "decreasing": {"marker": {"color": "@down"}},
        "totals": {"marker": {"color": "@total"}},
        "connector": {"line": {"color": "@muted", "width": 1}},
        "hovertemplate": "%{text}<extra></extra>",
    }
    layout = axes(chart, [])
    font = layout["xaxis"]["tickfont"] | {"size": 10.5}
    layout["xaxis"] |= {"type": "category", "showgrid": False, "tickangle": 0, "tickfont": font}
    layout["showlegend"] = False
    layout["yaxis"] |= {"range": bridge_range(values, totals)}
    return {"data": [trace], "layout": layout}


def bridge_range(values: Sequence[float], totals: Sequence[bool]) -> list[float]:
    """From a little below the lowest level to above the highest: steps are small beside totals."""
    levels: list[float] = []
    level = 0.0
    for value, is_total in zip(values, totals, strict=True):
        level = value if is_total else level + value
        levels.append(level)
    low, high = min(levels), max(levels)
    room = (high - low) or abs(high) or 1
    return [min(max(0, low - 0.6 * room), low), high + 0.25 * room]


def funnel(chart: Chart, answer: Answer) -> Figure:
    """Steps from top to bottom, each with its share of the first."""
    names = [escape(label(chart, value)) for value in answer.of(chart.x)]
    values = [plain(value) for value in answer.of(chart.y[0])]
    # As light as lets the text of either theme be read on it.
    trace = {
        "type": "funnel", "y": names, "x": values, "textinfo": "value+percent initial",
        "marker": {"color": "@1:0.4"},
        "connector": {"fillcolor": "@1:0.12", "line": {"width": 0}},
        "textfont": {"color": "@ink"}, "insidetextfont": {"color": "@ink"},
        "outsidetextfont": {"color": "@ink"},
        "hovertemplate": "%{y}: %{x:,d} (%{percentInitial:.0%} of the first step)<extra></extra>",
    }  # fmt: skip
    layout = axes(chart, [])
    layout["yaxis"] |= {"automargin": True, "showgrid": False}
    layout["xaxis"] |= {"visible": False}
    layout["showlegend"] = False
    return {"data": [trace], "layout": layout}


def axes(chart: Chart, traces: Sequence[Trace]) -> Figure:
    """Quiet axes; a legend where there are several names, or there may be."""
    form = FORMATS[chart.format]
    names = {trace.get("name") for trace in traces if trace.get("showlegend", True)}
    value: Figure = {
        "gridcolor": "@grid", "zerolinecolor": "@axis", "tickformat": form.axis,
        "tickfont": {"color": "@muted"}, "nticks": 6, "fixedrange": True, "automargin": True,
        "ticks": "outside", "ticklen": 5, "tickcolor": "@paper:0",
    }  # fmt: skip
    if chart.from_zero and chart.format != "points":
        value["rangemode"] = "tozero"
    other: Figure = {
        "showgrid": False, "zeroline": False, "linecolor": "@axis", "tickfont": {"color": "@muted"},
        "fixedrange": True, "automargin": True, "ticks": "outside", "ticklen": 4,
        "tickcolor": "@paper:0",
    }  # fmt: skip
    return {
        "xaxis": value if chart.horizontal else other,
        "yaxis": other if chart.horizontal else value,
        "showlegend": len(names) > 1 or bool(chart.series),
    }


def hover(chart: Chart, name: str, more: str = "") -> str:
    """What is shown of a point; plotly takes a few tags of text, so those of data are none."""
    form = FORMATS[chart.format].hover
    axis = "x" if chart.horizontal else "y"
    value = f"%{{{axis}:{form}}}" if form else f"%{{{axis}}}"
    return f"{escape(name)}: {value}{more}<extra></extra>"


def escape(text: str) -> str:
    """Text of data for plotly, which reads some tags and %{...}."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("%{", "% {")


def _category(chart: Chart, value: Any) -> Any:
    return escape(label(chart, value)) if isinstance(value, str) else plain(value)


def _less(larger: Any, smaller: Any) -> float:
    return 0.0 if larger is None or smaller is None else round(float(larger) - float(smaller), 6)
