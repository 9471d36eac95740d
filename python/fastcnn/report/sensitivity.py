"""The page about what the parts of a model are worth."""

from __future__ import annotations

import os

from fastcnn.compress import Sensitivity
from fastcnn.report import choice_charts as charts
from fastcnn.report.render import environment, safe_json, save


def write_sensitivity(path: str | os.PathLike[str], found: Sensitivity) -> None:
    """Writes the curves and their table as one page to `path`, which loads nothing.

    A file that stood there stays whole if writing fails.

    Raises:
        OSError: Where the file cannot be written.
        UnsupportedError: Without Jinja and Plotly.
    """
    templates, plotly = environment()
    structures = [kind for kind in dict.fromkeys(kind for _, kind in found.curves) if kind != "cut"]
    figures = {f"sensitivity-{kind}": charts.sensitivity(found, kind) for kind in structures}
    page: str = templates.get_template("sensitivity.html.j2").render(
        found=found,
        structures=structures,
        table=found.table,
        charts=safe_json(figures),
        plotly=plotly,
    )
    save(path, page)
