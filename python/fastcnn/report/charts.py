"""The charts of a page, as Plotly figures in plain dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from fastcnn.report.data import Entry
from fastcnn.report.labels import place_labels
from fastcnn.report.pareto import pareto_front
from fastcnn.report.style import FONT, GRID, INK, MUTED, colour, symbol

Figure = dict[str, Any]

_PLOT_WIDTH, _PLOT_HEIGHT = 1000.0, 330.0  # in pixels, at a page width of 1280


def speed_and_accuracy(entries: Sequence[Entry]) -> Figure:
    """Scatter of speed (more to the right) against test accuracy, with the Pareto front.

    Two buttons choose the speed: images per second at batch 64, or one at a time. Models on the
    front are filled, the others hollow.
    """
    views = [
        _view(entries, lambda e: e.throughput, "Images per second, batch 64"),
        _view(entries, lambda e: 1000.0 / e.latency_ms, "Images per second, one at a time"),
    ]
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Pareto front",
            "line": {"shape": "vh", "color": MUTED, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        }
    ]
    for i, entry in enumerate(entries):
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": entry.name,
                "y": [100 * entry.accuracy],
                "text": [f"\u00a0{entry.name}\u00a0"],
                "textfont": {"color": colour(i), "size": 13},
                "marker": {
                    "size": 13,
                    "color": colour(i),
                    "line": {"width": 2, "color": colour(i)},
                },
                "cliponaxis": False,
                "customdata": [[entry.latency_ms, entry.throughput, entry.nonzeros]],
                "hovertemplate": (
                    "<b>%{fullData.name}</b><br>%{y:.2f}% of the test images<br>"
                    "%{customdata[0]:.3f} ms for one image<br>"
                    "%{customdata[1]:,.0f} images/s at batch 64<br>"
                    "%{customdata[2]:,} non-zeros<extra></extra>"
                ),
            }
        )
    first, *_ = views
    for trace, x, y, place, mark in zip(
        data, first["x"], first["y"], first["textposition"], first["marker.symbol"], strict=True
    ):
        trace |= {"x": x, "y": y, "textposition": place}
        if trace["mode"] != "lines":
            trace["marker"]["symbol"] = mark
    layout = plain_layout(height=430)
    layout["margin"] = {"l": 64, "r": 24, "t": 46, "b": 52}
    layout["xaxis"] |= {"range": first["range"]}
    layout["xaxis"]["title"] |= {"text": first["title"]}
    layout["yaxis"] |= {"range": _range([100 * entry.accuracy for entry in entries], 0.22)}
    layout["yaxis"]["title"] |= {"text": "Test accuracy (%)"}
    layout["updatemenus"] = [_buttons(views)]
    return {"data": data, "layout": layout}


def validation_error(entries: Sequence[Entry]) -> Figure:
    """Error on the validation images, per cent on a log scale, by epoch."""
    figure = _curves(entries, lambda curve: [100 * max(1 - a, 1e-4) for a in curve.accuracy])
    figure["layout"]["yaxis"] |= {
        "type": "log",
        "tickvals": [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100],
    }
    figure["layout"]["yaxis"]["title"] |= {"text": "Validation error (%)"}
    return figure


def training_loss(entries: Sequence[Entry]) -> Figure:
    """Mean loss on the training images, on a log scale, by epoch."""
    figure = _curves(entries, lambda curve: list(curve.loss))
    figure["layout"]["yaxis"] |= {
        "type": "log",
        "tickvals": [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    }
    figure["layout"]["yaxis"]["title"] |= {"text": "Training loss"}
    return figure


def _curves(entries: Sequence[Entry], values: Callable[[Any], list[float | None]]) -> Figure:
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": entry.name,
            "x": list(entry.curve.epochs),
            "y": values(entry.curve),
            "line": {"color": colour(i), "width": 2},
            "marker": {"color": colour(i), "symbol": symbol(i), "size": 8},
            "hovertemplate": f"<b>{entry.name}</b><br>epoch %{{x}}: %{{y:.3f}}<extra></extra>",
        }
        for i, entry in enumerate(entries)
        if entry.curve is not None
    ]
    layout = plain_layout(height=340)
    layout["xaxis"] |= {"dtick": 1, "showgrid": False}
    layout["xaxis"]["title"] |= {"text": "Epoch"}
    return {"data": data, "layout": layout}


def _view(entries: Sequence[Entry], speed: Callable[[Entry], float], title: str) -> Figure:
    """What a button changes: values for every trace, the front first, and the axis."""
    points = [(speed(entry), 100 * entry.accuracy) for entry in entries]
    front = pareto_front(points)
    x_range = _range([x for x, _ in points], 0.12)
    y_range = _range([y for _, y in points], 0.22)
    shares = [
        ((x - x_range[0]) / (x_range[1] - x_range[0]), (y - y_range[0]) / (y_range[1] - y_range[0]))
        for x, y in points
    ]
    places = place_labels(
        shares, [entry.name for entry in entries], width=_PLOT_WIDTH, height=_PLOT_HEIGHT
    )
    marks = [symbol(i) if i in front else f"{symbol(i)}-open" for i in range(len(entries))]
    return {
        "title": title,
        "range": x_range,
        "x": [[points[i][0] for i in front], *([x] for x, _ in points)],
        "y": [[points[i][1] for i in front], *([y] for _, y in points)],
        "textposition": ["top center", *places],
        "marker.symbol": ["circle", *marks],
    }


def _buttons(views: Sequence[Figure]) -> Figure:
    return {
        "type": "buttons",
        "direction": "right",
        "x": 0,
        "xanchor": "left",
        "y": 1.13,
        "yanchor": "top",
        "pad": {"l": 0, "t": 0},
        "showactive": True,
        "active": 0,
        "bgcolor": "#ffffff",
        "bordercolor": "#cdd3dd",
        "font": {"size": 12},
        "buttons": [
            {
                "label": view["title"],
                "method": "update",
                "args": [
                    {key: view[key] for key in ("x", "y", "textposition", "marker.symbol")},
                    {"xaxis.title.text": view["title"], "xaxis.range": view["range"]},
                ],
            }
            for view in views
        ],
    }


def _range(values: Sequence[float], margin: float) -> list[float]:
    """The axis range that holds `values` with a margin, a share of their spread."""
    low, high = min(values), max(values)
    spread = (high - low) or abs(high) * 0.1 or 1.0
    return [low - margin * spread, high + margin * spread]


def plain_layout(*, height: int) -> Figure:
    """The layout that all charts share, `height` pixels high."""
    axis: Figure = {
        "gridcolor": GRID,
        "zeroline": False,
        "linecolor": "#cdd3dd",
        "ticks": "outside",
        "tickcolor": "#cdd3dd",
        "tickfont": {"color": MUTED},
        "title": {"font": {"size": 13, "color": MUTED}, "standoff": 12},
        "automargin": True,
    }
    return {
        "height": height,
        "margin": {"l": 64, "r": 16, "t": 12, "b": 48},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": "#cdd3dd", "font": {"color": INK}},
        "xaxis": deepcopy(axis),
        "yaxis": deepcopy(axis),
    }
