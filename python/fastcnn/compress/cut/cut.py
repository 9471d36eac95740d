"""Cutting: whole layers go, the least important first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from fastcnn.compress.cut.importance import Importance
from fastcnn.compress.cut.judges import JUDGES, Bench
from fastcnn.compress.cut.parts import BETWEEN, find_blocks, find_part
from fastcnn.compress.cut.units import Unit, find_units
from fastcnn.compress.quality import Quality, quality
from fastcnn.compress.record import Record, recorded
from fastcnn.compress.recover import fine_tune
from fastcnn.compress.samples import read_data
from fastcnn.compress.selection import check_layers, layer_of
from fastcnn.compress.stages import Stages
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.callbacks import Callback

SCHEDULES = ("one_shot", "iterative")


def cut(
    model: Model,
    *,
    layers: int = 1,
    data: Any,
    candidates: Iterable[str] | None = None,
    importance: str = "loss",
    schedule: str = "one_shot",
    samples: int = 2048,
    epochs: int = 0,
    seed: int = 0,
    state_dir: str | os.PathLike[str] | None = None,
    **fine_tuning: Any,
) -> Model:
    """A new model without its least important layers.

    Importance of a layer is the rise of the loss when the rest does without it: the readers of
    its output read its input, pooled to the same height and width where these differ, and the next
    convolutions or dense layers are refitted by least squares to give what they gave before. The
    layer of least importance goes; then all others are measured anew.

    A branch of a sum counts as one layer, and so does a block: layers that no other way leads
    around. Where the width or the pixels change and the readers cannot follow, a 1x1 convolution,
    fitted by least squares, takes the place of what goes.

    Args:
        model: Compiled; left as it is.
        layers: How many to cut, one after the other.
        data: Samples and labels to measure on.
        candidates: Names of what may be cut; all if None. A branch is named by its layers joined by
            " + ", a block by its first and its last, as "conv2d_2..conv2d_5"; other parts with one
            way in and one way out are named in the same way.
        importance: What is compared: "loss", its rise; "ms", its rise for each millisecond saved;
            "similarity", 1 - cosine of what leads in and what leads out; or "fisher", the rise
            of the loss by second order. The latter two measure the loss of the chosen one alone.
        schedule: "one_shot", or "iterative": the epochs are spread evenly over the cuts.
        samples: How many of `data` are used at most: half to fit, half to measure.
        epochs: Epochs of fine-tuning on `data`, at the end unless the schedule says otherwise.
        seed: Of all chance.
        state_dir: Folder for what is done: killed, the same call goes on from there. To be removed
            afterwards.
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
    for name, given, known in (
        ("importance", importance, tuple(JUDGES)),
        ("schedule", schedule, SCHEDULES),
    ):
        if given not in known:
            raise InvalidValueError(
                f"cut: {name} must be one of {', '.join(known)}, it is '{given}'"
            )
    drawn = read_data("cut", model.graph, data).draw(samples, np.random.default_rng(seed))
    allowed = None if candidates is None else _check_candidates(model, candidates)
    half = len(drawn) // 2
    fit_on, measure_on = drawn.take(slice(0, half or 1)).x, drawn.take(slice(half, None))

    work = {
        "how": (layers, allowed, importance, schedule, samples, epochs, seed),
        "x": drawn.x,
        "y": drawn.y,
    }
    stages = Stages(state_dir, "cut", [model], work)

    def without_one(shorter: Model, step: int, _: Sequence[Callback]) -> Model:
        now = quality(shorter, measure_on)
        bench = Bench(shorter, fit_on, measure_on, now.loss, np.random.default_rng([seed, step]))
        measured = JUDGES[importance](bench, _units(shorter.graph, allowed))
        best = _least_important(measured, step, layers)
        assert best.graph is not None
        rows = [_row(step, one, now, one is best) for one in measured]
        return shorter.with_graph(best.graph, Record("cut", "", {"table": rows}))

    def tuned(shorter: Model, step: int, epochs: int) -> Model:
        given = {**fine_tuning}
        callbacks = given.pop("callbacks", ())
        if not epochs:
            return shorter
        return stages.step(
            f"tuned-{step}",
            lambda more: fine_tune(
                shorter, data, epochs=epochs, callbacks=[*callbacks, *more], **given
            ),
        )

    start = quality(model, measure_on)
    shorter = model
    for step in range(1, layers + 1):
        cut_one = partial(without_one, shorter, step)
        shorter = stages.step(f"cut-{step}", cut_one, trains=False)
        if schedule == "iterative":
            first, last = (epochs * n // layers for n in (step - 1, step))
            shorter = tuned(shorter, step, last - first)
    rows = [row for one in shorter.records[len(model.records) :] for row in one.details["table"]]
    details = {
        "importance": importance,
        "schedule": schedule,
        "table": rows,
        "loss_before": start.loss,
        "loss_after": quality(shorter, measure_on).loss,
    }
    shorter = recorded(model, shorter.graph, "cut", _text(rows), details)
    return shorter if schedule == "iterative" else tuned(shorter, layers, epochs)


def _units(graph: Graph, allowed: frozenset[str] | None) -> list[Unit]:
    """All units, or those of the names that are still there."""
    found = [*find_units(graph), *find_blocks(graph)]
    if allowed is None:
        return found
    known = {unit.name for unit in found}
    layers = {layer_of(node) for node in graph.nodes}
    parts = [
        find_part(graph, name)
        for name in sorted(allowed - known)
        if BETWEEN in name and layers.issuperset(name.split(BETWEEN))
    ]
    return [unit for unit in found if unit.name in allowed] + parts


def _check_candidates(model: Model, candidates: Iterable[str]) -> frozenset[str]:
    names = [candidates] if isinstance(candidates, str) else list(candidates)
    units = {unit.name for unit in _units(model.graph, None)}
    others = [name for name in names if name not in units]
    for name in others:
        if BETWEEN in name:
            find_part(model.graph, name)
    check_layers("cut", model.graph, [name for name in others if BETWEEN not in name])
    return frozenset(names)


def _least_important(measured: list[Importance], step: int, layers: int) -> Importance:
    possible = [one for one in measured if one.graph is not None]
    if not possible:
        reasons = "; ".join(f"'{one.unit.name}': {one.how}" for one in measured)
        raise CompressionError(
            f"cut: no layer is left to cut, at cut {step} of {layers}. {reasons or 'No candidates'}"
        )
    return min(possible, key=lambda one: np.inf if one.score is None else one.score)


def _row(step: int, one: Importance, now: Quality, is_cut: bool) -> dict[str, Any]:
    measured = one.quality
    return {
        "step": step,
        "layer": one.unit.name,
        "kind": one.unit.kind,
        "score": one.score,
        "loss_rise": None if measured is None else measured.loss - now.loss,
        "accuracy": None if measured is None else measured.accuracy,
        "cut": is_cut,
        "how": one.how,
    }


def _text(rows: list[dict[str, Any]]) -> str:
    gone = [f"{row['layer']} ({row['how']})" for row in rows if row["cut"]]
    return f"cut {', '.join(gone)}"
