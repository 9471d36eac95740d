"""The page about several recipes: which of them nobody beats."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

from fastcnn.compress import Comparison, Found
from fastcnn.report.charts import Figure, plain_layout
from fastcnn.report.render import environment, safe_json, save
from fastcnn.report.style import INK, MUTED, colour

_MOST_NAMES = 12


@dataclass(frozen=True)
class _Point:
    """A recipe in the chart; half widths are NaN where there is one seed."""

    name: str
    speedup: float
    score: float
    speedup_half: float = math.nan
    score_half: float = math.nan
    text: str = ""
    front: bool = False


def write_recipes(path: str | os.PathLike[str], result: Comparison | Found) -> None:
    """Writes the page about what `compress.compare` or `compress.search` found to `path`.

    A file that stood there stays whole if writing fails.

    Raises:
        OSError: Where the file cannot be written.
        UnsupportedError: Without Jinja and Plotly.
    """
    save(path, render_recipes(result))


def render_recipes(result: Comparison | Found) -> str:
    """The page as text: style, script and data inside, nothing to load."""
    templates, plotly = environment()
    points = _compared(result) if isinstance(result, Comparison) else _searched(result)
    page: str = templates.get_template("recipes.html.j2").render(
        headline=_headline(points, result),
        result=result,
        table=result.table,
        intervals=any(not math.isnan(point.score_half) for point in points),
        charts=safe_json({"recipes": _chart(points, result)}),
        plotly=plotly,
    )
    return page


def _compared(result: Comparison) -> list[_Point]:
    points = []
    for name in result.recipes:
        fast, good = (result.interval(name, figure) for figure in ("speedup", "score"))
        widths = (fast.half_width, good.half_width)
        points.append(_Point(name, fast.mean, good.mean, *widths, name, name in result.front))
    return points


def _searched(result: Found) -> list[_Point]:
    return [
        _Point(
            f"trial {one.number}",
            one.run.speedup,
            one.run.score,
            text=one.text.replace("; ", "<br>"),
            front=one in result.front,
        )
        for one in result.tried
        if one.run
    ]


def _headline(points: list[_Point], result: Comparison | Found) -> str:
    """The fastest that loses at most a point, in a sentence."""
    before = result.before["score"]
    kept = [point for point in points if point.score >= before - 0.01]
    if not kept:
        return f"{len(points)} recipes; each loses more than a point of {result.measured}"
    best = max(kept, key=lambda point: point.speedup)
    lost = 100 * (before - best.score)
    change = f"{lost:.1f} points lost" if lost >= 0.05 else "nothing lost"
    return f"{best.speedup:.1f}x as fast, {change}: {best.name}, of {len(points)} recipes"


def _chart(points: list[_Point], result: Comparison | Found) -> Figure:
    """Speedup against score, the front joined; bars are confidence intervals."""
    front = sorted((p for p in points if p.front), key=lambda point: point.speedup)
    named = front if len(points) > _MOST_NAMES else points
    shades = [colour(1) if point.front else MUTED for point in points]
    data: list[Figure] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [point.speedup for point in front],
            "y": [100 * point.score for point in front],
            "line": {"shape": "vh", "color": MUTED, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [point.speedup for point in points],
            "y": [100 * point.score for point in points],
            "error_x": _bars([point.speedup_half for point in points]),
            "error_y": _bars([100 * point.score_half for point in points]),
            "text": [f"\u00a0{p.name}\u00a0" if p in named else "" for p in points],
            "textposition": "top center",
            "customdata": [[point.name, point.text] for point in points],
            "marker": {"size": 12, "color": shades},
            "cliponaxis": False,
            "hovertemplate": (
                f"<b>%{{customdata[0]}}</b><br>%{{x:.2f}}x faster, %{{y:.2f}}% {result.measured}"
                "<br>%{customdata[1]}<extra></extra>"
            ),
        },
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [1.0],
            "y": [100 * result.before["score"]],
            "text": ["\u00a0original\u00a0"],
            "textposition": "top center",
            "marker": {"size": 12, "color": INK, "symbol": "diamond"},
            "cliponaxis": False,
            "hovertemplate": "<b>as it was given</b>, %{y:.2f}%<extra></extra>",
        },
    ]
    layout = plain_layout(height=420)
    layout["margin"]["t"] = 28
    layout["xaxis"]["title"] |= {"text": "Times faster"}
    layout["yaxis"]["title"] |= {"text": f"{result.measured.capitalize()} (%)"}
    return {"data": data, "layout": layout}


def _bars(halves: list[float]) -> dict[str, Any]:
    shown = [0.0 if math.isnan(half) else half for half in halves]
    return {"type": "data", "array": shown, "visible": any(shown), "color": "#98a2b3", "width": 3}
