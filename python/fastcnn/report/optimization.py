"""The page about one optimization: in plain words first, then every figure behind them."""

from __future__ import annotations

import os
from typing import Any

from fastcnn.compress import Outcome
from fastcnn.compress.choose.latency import layer_times
from fastcnn.models import Model
from fastcnn.report import choice_charts as charts
from fastcnn.report import format
from fastcnn.report.answers import compare_answers
from fastcnn.report.collect import layers_of
from fastcnn.report.render import environment, safe_json, save


def write_optimization(
    path: str | os.PathLike[str], before: Model, result: Outcome, data: Any = None
) -> None:
    """Writes the page to `path`; a file that stood there stays whole if writing fails.

    Args:
        path: Where to.
        before: The model that was given.
        result: What `compress.optimize` found.
        data: (x, y), or x alone, to show what answers changed; best not those it was trained on.

    Raises:
        OSError: Where the file cannot be written.
        UnsupportedError: Without Jinja and Plotly.
    """
    save(path, render_optimization(before, result, data))


def render_optimization(before: Model, result: Outcome, data: Any = None) -> str:
    """The page as text: style, script and data inside, nothing to load."""
    templates, plotly = environment()
    graphs = {"before": before.graph, "after": result.model.graph}
    old, new = layers_of(graphs["before"]), layers_of(graphs["after"])
    names = [layer.name for layer in old if layer.macs]
    times = layer_times(graphs, batch=result.latency.batch, threads=result.latency.threads)
    figures: dict[str, Any] = {
        "frontier": charts.frontier(result),
        "bars-ms": charts.layer_bars(names, times["before"], times["after"], "ms"),
    }
    for key, unit in (("macs", "MACs"), ("nonzeros", "non-zeros")):
        first, second = (
            {layer.name: float(getattr(layer, key)) for layer in side} for side in (old, new)
        )
        figures[f"bars-{key}"] = charts.layer_bars(names, first, second, unit)
    structures = list(dict.fromkeys(kind for _, kind in result.sensitivity.curves))
    for structure in structures:
        figures[f"sensitivity-{structure}"] = charts.sensitivity(result.sensitivity, structure)
    histograms = charts.histograms(graphs["before"], graphs["after"])
    figures |= {f"histogram-{i}": figure for i, figure in enumerate(histograms.values())}
    answers = None if data is None else compare_answers(before, result.model, data)
    if answers is not None and answers.confusion is not None:
        figures["confusion-before"], figures["confusion-after"] = map(
            charts.confusion, answers.confusion
        )
    record = result.model.records[-1].details
    page: str = templates.get_template("optimization.html.j2").render(
        result=result,
        headline=result.headline.replace("->", "\u2192"),
        highlights=_highlights(result),
        structures=structures,
        histograms=len(histograms),
        answers=answers,
        layers=result.layers,
        origin=record,
        charts=safe_json(figures),
        plotly=plotly,
    )
    return page


def _highlights(result: Outcome) -> list[tuple[str, str, str]]:
    """Key figures: (figure, what it is, what it was)."""
    before, after = result.before, result.after
    return [
        (format.times(before["ms"] / after["ms"]), "as fast", "timed in turn, in a fresh process"),
        (f"{after['ms']:.3g} ms", "a call", f"was {before['ms']:.3g} ms"),
        (
            f"{100 * after['score']:.2f}%",
            result.measured,
            f"was {100 * before['score']:.2f}%",
        ),
        (format.size(after["bytes"]), "on disk", f"was {format.size(before['bytes'])}"),
    ]
