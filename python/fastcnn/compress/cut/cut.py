"""Cutting: whole layers go, the least important first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from fastcnn.compress.cut.importance import Importance, importance
from fastcnn.compress.cut.units import find_units
from fastcnn.compress.quality import Quality, quality
from fastcnn.compress.record import recorded
from fastcnn.compress.recover import fine_tune
from fastcnn.compress.samples import read_data
from fastcnn.compress.selection import check_layers
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.models import Model


def cut(
    model: Model,
    *,
    layers: int = 1,
    data: Any,
    candidates: Iterable[str] | None = None,
    samples: int = 2048,
    epochs: int = 0,
    seed: int = 0,
    **fine_tuning: Any,
) -> Model:
    """A new model without its least important layers.

    Importance of a layer is the rise of the loss when the rest does without it: the readers of
    its output read its input, pooled to the same height and width where these differ, and the next
    convolutions or dense layers are refitted by least squares to give what they gave before. The
    layer of least importance goes; then all others are measured anew.

    Args:
        model: Compiled; left as it is.
        layers: How many to cut, one after the other.
        data: Samples and labels to measure on.
        candidates: Names of layers that may be cut; all if None. A branch of a sum counts as one
            layer, named by its layers joined by " + ".
        samples: How many of `data` are used at most: half to fit, half to measure.
        epochs: Epochs of fine-tuning on `data` at the end.
        seed: Of all chance.
        **fine_tuning: As `compress.fine_tune` takes it.

    Returns:
        The new model. Its last record holds the table of importances.

    Raises:
        CompressionError: Nothing (more) can be cut; the message tells why for every layer.
        DataError: The data cannot be used.
        InvalidValueError: An argument is outside its limits.
    """
    if layers < 1:
        raise InvalidValueError(f"cut: layers must be at least 1, it is {layers}")
    if samples < 2:
        raise InvalidValueError(f"cut: samples must be at least 2, it is {samples}")
    given = read_data("cut", model.graph, data)
    allowed = None if candidates is None else _check_candidates(model, candidates)
    rng = np.random.default_rng(seed)
    drawn = given.draw(samples, rng)
    half = len(drawn) // 2
    fit_on, measure_on = drawn.take(slice(0, half or 1)).x, drawn.take(slice(half, None))

    start = now = quality(model, measure_on)
    shorter = model
    rows: list[dict[str, Any]] = []
    for step in range(1, layers + 1):
        units = [
            unit for unit in find_units(shorter.graph) if allowed is None or unit.name in allowed
        ]
        measured = [importance(shorter, unit, fit_on, measure_on, rng) for unit in units]
        best = _least_important(measured, step, layers)
        rows += [_row(step, one, now, one is best) for one in measured]
        assert best.graph is not None
        assert best.quality is not None
        shorter, now = shorter.with_graph(best.graph), best.quality
    details = {"table": rows, "loss_before": start.loss, "loss_after": now.loss}
    shorter = recorded(model, shorter.graph, "cut", _text(rows), details)
    return fine_tune(shorter, data, epochs=epochs, **fine_tuning)


def _check_candidates(model: Model, candidates: Iterable[str]) -> frozenset[str]:
    names = [candidates] if isinstance(candidates, str) else list(candidates)
    units = {unit.name for unit in find_units(model.graph)}
    return check_layers("cut", model.graph, [name for name in names if name not in units]) | {
        *names
    }


def _least_important(measured: list[Importance], step: int, layers: int) -> Importance:
    possible = [one for one in measured if one.quality is not None]
    if not possible:
        reasons = "; ".join(f"'{one.unit.name}': {one.how}" for one in measured)
        raise CompressionError(
            f"cut: no layer is left to cut, at cut {step} of {layers}. {reasons or 'No candidates'}"
        )
    return min(possible, key=lambda one: one.quality.loss if one.quality else np.inf)


def _row(step: int, one: Importance, now: Quality, is_cut: bool) -> dict[str, Any]:
    measured = one.quality
    return {
        "step": step,
        "layer": one.unit.name,
        "kind": one.unit.kind,
        "loss_rise": None if measured is None else measured.loss - now.loss,
        "accuracy": None if measured is None else measured.accuracy,
        "cut": is_cut,
        "how": one.how,
    }


def _text(rows: list[dict[str, Any]]) -> str:
    gone = [f"{row['layer']} ({row['how']})" for row in rows if row["cut"]]
    return f"cut {', '.join(gone)}"
