"""The charts of a page about one optimization, as Plotly figures in plain dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastcnn.compress import Outcome, Sensitivity
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.graph import Graph
from fastcnn.report.charts import Figure, plain_layout
from fastcnn.report.pareto import pareto_front
from fastcnn.report.style import MUTED, colour
from fastcnn.typing import Array

BEFORE, AFTER = colour(0), colour(1)
_MOST_HISTOGRAMS = 6
_ROW = 30


def frontier(result: Outcome) -> Figure:
    """Speedup against score of the original and of all that was tried; hover tells the recipe."""
    size = "smaller" if "smaller" in result.headline else "faster"
    points = [(1.0, 100 * result.before["score"], "original", "as it was given")]
    points += [
        (t.speedup, 100 * t.score, "result" if t.chosen else "tried", _recipe(t.profile, t.cut))
        for t in result.frontier
        if t.score is not None
    ]
    front = pareto_front([(x, y) for x, y, _, _ in points])
    marks = {"original": BEFORE, "tried": MUTED, "result": AFTER}
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [points[i][0] for i in front],
            "y": [points[i][1] for i in front],
            "line": {"shape": "vh", "color": MUTED, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [x for x, _, _, _ in points],
            "y": [y for _, y, _, _ in points],
            "text": [f"\u00a0{name}\u00a0" if name != "tried" else "" for *_, name, _ in points],
            "textposition": "bottom center",
            "customdata": [text for *_, text in points],
            "marker": {"size": 14, "color": [marks[name] for *_, name, _ in points]},
            "cliponaxis": False,
            "hovertemplate": (
                f"<b>%{{x:.2f}}x {size}</b>, %{{y:.2f}}% {result.measured}<br>"
                "%{customdata}<extra></extra>"
            ),
        },
    ]
    layout = plain_layout(height=360)
    layout["margin"]["t"] = 20
    layout["xaxis"]["title"] |= {"text": f"Times {size}"}
    layout["yaxis"]["title"] |= {"text": f"{result.measured.capitalize()} (%)"}
    ys = [y for _, y, _, _ in points]
    spread = max(max(ys) - min(ys), 0.5)
    layout["yaxis"] |= {"range": [min(ys) - 0.35 * spread, max(ys) + 0.25 * spread]}
    return {"data": data, "layout": layout}


def sensitivity(found: Sensitivity, structure: str) -> Figure:
    """Error by sparsity of each part, in one structure, on a log scale."""
    parts = [part for part, kind in found.curves if kind == structure]
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": part,
            "x": [100 * point.sparsity for point in found.curve(part, structure)],
            "y": [max(point.error, 1e-6) for point in found.curve(part, structure)],
            "customdata": [100 * point.agreement for point in found.curve(part, structure)],
            "line": {"color": colour(i + 1), "width": 2},
            "marker": {"size": 7},
            "hovertemplate": (
                f"<b>{part}</b> without %{{x:.0f}}%<br>error %{{y:.3g}}<br>"
                "%{customdata:.1f}% of the answers as before<extra></extra>"
            ),
        }
        for i, part in enumerate(parts)
    ]
    layout = plain_layout(height=320)
    layout["xaxis"]["title"] |= {
        "text": f"{'Channels' if structure == 'channel' else 'Weights'} removed (%)"
    }
    layout["yaxis"]["title"] |= {"text": "Error of the output"}
    layout["yaxis"] |= {"type": "log", "exponentformat": "power", "dtick": 1}
    layout |= {"showlegend": len(parts) <= 10, "legend": {"orientation": "h", "y": 1.2}}
    return {"data": data, "layout": layout}


def layer_bars(
    layers: Sequence[str], before: Mapping[str, float], after: Mapping[str, float], unit: str
) -> Figure:
    """A pair of bars for each layer: before and after."""
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": list(layers),
            "x": [values.get(layer, 0.0) for layer in layers],
            "marker": {"color": shade},
            "hovertemplate": f"<b>%{{y}}</b> {name}: %{{x:.4~g}} {unit}<extra></extra>",
        }
        for name, values, shade in (("after", after, AFTER), ("before", before, "#c3cad6"))
    ]
    layout = plain_layout(height=60 + _ROW * len(layers))
    layout["xaxis"]["title"] |= {"text": unit}
    layout["yaxis"] |= {"autorange": "reversed", "showgrid": False, "ticks": ""}
    layout |= {"barmode": "group", "bargap": 0.3, "bargroupgap": 0.0}
    return {"data": data, "layout": layout}


def histograms(before: Graph, after: Graph) -> dict[str, Figure]:
    """Distribution of the weights of the largest kernels, zeros left out, before and after."""
    old = {kernel.layer: kernel.data for kernel in find_kernels(before)}
    new = {kernel.layer: kernel.data for kernel in find_kernels(after)}
    largest = sorted(old, key=lambda layer: -old[layer].size)[:_MOST_HISTOGRAMS]
    figures: dict[str, Figure] = {}
    for layer in [layer for layer in old if layer in largest]:
        reach = float(np.quantile(np.abs(old[layer]), 0.999)) or 1.0
        edges = np.linspace(-reach, reach, 61)
        centres = ((edges[1:] + edges[:-1]) / 2).tolist()
        data = [
            {
                "type": "scatter",
                "mode": "lines",
                "fill": "tozeroy",
                "name": name,
                "x": centres,
                "y": _counts(weights, edges),
                "line": {"color": shade, "width": 1.5, "shape": "hvh"},
                "fillcolor": fill,
                "hovertemplate": f"{name}: %{{y}} weights near %{{x:.3f}}<extra></extra>",
            }
            for name, weights, shade, fill in (
                ("before", old[layer], "#98a2b3", "rgba(152,162,179,.35)"),
                ("after", new.get(layer, np.empty(0)), AFTER, "rgba(0,114,178,.35)"),
            )
        ]
        layout = plain_layout(height=170)
        layout["margin"] = {"l": 40, "r": 8, "t": 26, "b": 24}
        layout["title"] = {"text": layer, "font": {"size": 13}, "x": 0.02, "y": 0.97}
        figures[layer] = {"data": data, "layout": layout}
    return figures


def confusion(counts: Array) -> Figure:
    """Right answers down, answers across; the colour tells mistakes, on a log scale."""
    wrong = counts * (1 - np.eye(len(counts), dtype=np.int64))
    classes = [str(i) for i in range(len(counts))]
    shown = [[str(n) if n else "" for n in row] for row in counts.tolist()]
    layout = plain_layout(height=380)
    layout["xaxis"]["title"] |= {"text": "Answer"}
    layout["yaxis"]["title"] |= {"text": "Right answer"}
    layout["xaxis"] |= {"type": "category", "ticks": ""}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed", "ticks": ""}
    heat = {
        "type": "heatmap",
        "x": classes,
        "y": classes,
        "z": np.log1p(wrong).tolist(),
        "text": shown,
        "texttemplate": "%{text}" if len(counts) <= 12 else "",
        "customdata": counts.tolist(),
        "colorscale": [[0, "#f5f7fa"], [1, "#d55e00"]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y} answered %{x}: %{customdata}<extra></extra>",
    }
    return {"data": [heat], "layout": layout}


def _counts(weights: Array, edges: Array) -> list[int]:
    counts: list[int] = np.histogram(weights[weights != 0], edges)[0].tolist()
    return counts


def _recipe(profile: Mapping[str, Any], cut: Sequence[str]) -> str:
    """What was removed, a line a layer."""
    lines = [f"cut: {', '.join(cut)}"] if cut else []
    channels = profile["channels"].items()
    lines += [f"{layer}: {share:.0%} of the channels" for layer, share in channels]
    lines += [
        f"{layer}: {zeros['sparsity']:.0%} of the weights ({zeros['structure']})"
        for layer, zeros in profile["weights"].items()
    ]
    shown = lines[:12] + ([f"and {len(lines) - 12} more"] if len(lines) > 12 else [])
    return "<br>".join(shown) or "nothing removed"
