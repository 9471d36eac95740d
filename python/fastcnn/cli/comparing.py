"""Measures models side by side and shows the comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from fastcnn import runtime
from fastcnn.bench import interleaved
from fastcnn.cli.data import Samples
from fastcnn.cli.networks import predicted
from fastcnn.models import Model
from fastcnn.ops.statistics import statistics
from fastcnn.report import COLUMNS, Curve, Entry
from fastcnn.report.collect import layers_of
from fastcnn.typing import Array

BATCH = 64
"""Images in a call when throughput is measured."""

MASK_NOTE = (
    "Zeros scattered over the weights make a model's file smaller. A layer gets faster by them "
    "where so many are zero that a kernel skips them; session.explain() tells which do."
)
_STYLES = {"better": "green", "worse": "red", "same": "dim"}


@dataclass(frozen=True)
class Candidate:
    """A model to compare.

    Args:
        name: Short and unique.
        model: What to measure.
        path: Its file.
        how: How it was made, in a sentence.
        curve: How it was trained; None where that is not known.
    """

    name: str
    model: Model
    path: Path
    how: str = ""
    curve: Curve | None = None


def measure(
    candidates: Sequence[Candidate], test: Samples | None, *, seconds: float = 4.0
) -> tuple[Entry, ...]:
    """One entry a candidate: accuracy on `test`, size, and times taken in turn.

    Args:
        candidates: What to measure. All must take the same images if `test` is given.
        test: Images and classes; random images are timed, and no accuracy told, without.
        seconds: Time spent on each of latency and throughput.
    """
    sessions = {one.name: runtime.compile(one.model) for one in candidates}
    images = {one.name: _images(one.model, test) for one in candidates}

    def times(batch: int, turn: int) -> dict[str, float]:
        calls = {
            name: partial(session, np.ascontiguousarray(images[name][:batch]))
            for name, session in sessions.items()
        }
        timings = interleaved(calls, seconds=seconds, turn=turn)
        return {name: timing.median for name, timing in timings.items()}

    latency, bulk = times(1, 20), times(BATCH, 3)
    entries = []
    for one in candidates:
        graph = one.model.graph
        cost = statistics(graph)
        entries.append(
            Entry(
                name=one.name,
                how=one.how,
                accuracy=math.nan if test is None else accuracy(one.model, test),
                parameters=cost.parameters,
                nonzeros=cost.nonzeros,
                macs=cost.macs,
                bytes_on_disk=one.path.stat().st_size,
                latency_ms=1e3 * latency[one.name],
                throughput=BATCH / bulk[one.name],
                layers=layers_of(graph),
                removed=tuple(record.text for record in one.model.records),
                curve=one.curve,
            )
        )
    return tuple(entries)


def accuracy(model: Model, samples: Samples) -> float:
    """Share of `samples` that `model` tells right."""
    x, y = samples
    return float(np.mean(predicted(model, x) == y))


def comparison_table(entries: Sequence[Entry], title: str) -> Table:
    """The comparison as a terminal shows it: each figure with its change below."""
    original = entries[0]
    columns = [c for c in COLUMNS if not math.isnan(c.value(original))]
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_lines=False
    )
    table.add_column("Model", no_wrap=True)
    for column in columns:
        heading = Text(column.title).append(f"\n{column.unit}", "dim")
        table.add_column(heading, justify="right")
    for entry in entries:
        cells: list[Text] = []
        for column in columns:
            cell = Text(column.text(column.value(entry)))
            if entry is not original:
                style = _STYLES[column.verdict(entry, original)]
                cell.append(f"\n{column.change(entry, original)}", style)
            cells.append(cell)
        table.add_row(Text(entry.name), *cells)
    return table


def as_json(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The figures of the comparison, with the ratio of each to the original's."""
    original = entries[0]
    rows: list[dict[str, Any]] = []
    for entry in entries:
        figures = {c.key: c.value(entry) for c in COLUMNS if not math.isnan(c.value(entry))}
        base = {key: getattr(original, key) for key in figures}
        rows.append(
            {
                "name": entry.name,
                "how": entry.how,
                **{k: v if k in _FRACTIONS else int(v) for k, v in figures.items()},
                "ratios": {k: v / base[k] if base[k] else None for k, v in figures.items()},
                "removed": entry.removed,
            }
        )
    return rows


_FRACTIONS = ("accuracy", "latency_ms", "throughput")


def notes(entries: Sequence[Entry]) -> tuple[str, ...]:
    """What a reader of the comparison must know."""
    return (MASK_NOTE,) if any(e.nonzeros < 0.9 * e.parameters for e in entries) else ()


def _images(model: Model, test: Samples | None) -> Array:
    if test is not None:
        return test[0]
    (value,) = model.graph.inputs
    shape = [BATCH, *(extent or 32 for extent in value.shape[1:])]
    return np.random.default_rng(0).random(shape, np.float32)
