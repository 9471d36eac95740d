"""From data to one self-contained HTML file."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.graph.atomic import write_atomically
from fastcnn.report import charts, format, style
from fastcnn.report.columns import COLUMNS
from fastcnn.report.data import Report
from fastcnn.report.layers import pair_layers
from fastcnn.report.pareto import pareto_front

_TEMPLATES = Path(__file__).parent / "templates"


def write(path: str | os.PathLike[str], report: Report) -> None:
    """Writes the page to `path`; a file that stood there stays whole if writing fails.

    Raises:
        OSError: Where the file cannot be written.
        UnsupportedError: Without Jinja and Plotly.
    """
    save(path, render(report))


def save(path: str | os.PathLike[str], page: str) -> None:
    """Writes a page, whole or not at all; its folder is made."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, page.encode())


def render(report: Report) -> str:
    """The page as text: style, script and data inside, nothing to load.

    Raises:
        InvalidValueError: If the report holds no model, two of the same name, or an untested one.
        UnsupportedError: Without Jinja and Plotly.
    """
    names = [entry.name for entry in report.entries]
    if not names or len(set(names)) < len(names):
        raise InvalidValueError(f"report: needs one or more models of different names, got {names}")
    untested = [entry.name for entry in report.entries if math.isnan(entry.accuracy)]
    if untested:
        raise InvalidValueError(f"report: needs the accuracy of {', '.join(untested)}; test first")
    templates, plotly = environment()
    page: str = templates.get_template("report.html.j2").render(
        report=report,
        columns=COLUMNS,
        highlights=_highlights(report),
        front={
            report.entries[i].name
            for i in pareto_front([(e.throughput, e.accuracy) for e in report.entries])
        },
        pairs={
            entry.name: pair_layers(report.original.layers, entry.layers)
            for entry in report.entries[1:]
            if entry.removed
        },
        colour=style.colour,
        charts=safe_json(
            {
                "speed-and-accuracy": charts.speed_and_accuracy(report.entries),
                "validation-error": charts.validation_error(report.entries),
                "training-loss": charts.training_loss(report.entries),
            }
        ),
        has_curves=any(entry.curve for entry in report.entries),
        plotly=plotly,
    )
    return page


def environment() -> tuple[Any, str]:
    """The templates, and the script that draws charts.

    Raises:
        UnsupportedError: Without Jinja and Plotly.
    """
    try:
        import jinja2
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise UnsupportedError(
            f"report: needs {error.name}; install it with: pip install 'fastcnn[report]'"
        ) from error
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    templates.filters |= {"count": format.count, "size": format.size, "times": format.times}
    return templates, get_plotlyjs()


def _highlights(report: Report) -> list[tuple[str, str, str]]:
    """Key figures on top of the page: (figure, what it is, of which model)."""
    original, others = report.original, report.entries[1:]
    top = [(f"{100 * original.accuracy:.2f}%", "test accuracy", original.name)]
    if others:
        best = max(others, key=lambda e: e.accuracy)
        fast = max(others, key=lambda e: e.throughput)
        small = min(others, key=lambda e: e.bytes_on_disk)
        top += [
            (f"{100 * best.accuracy:.2f}%", "best accuracy after compression", best.name),
            (format.times(fast.throughput / original.throughput), "throughput", fast.name),
            (
                format.times(small.bytes_on_disk / original.bytes_on_disk),
                "size on disk",
                small.name,
            ),
        ]
    return top


def safe_json(data: Any) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
