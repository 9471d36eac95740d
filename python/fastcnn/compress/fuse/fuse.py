"""Fusing: layers of several trained models become layers of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.compress.fuse.compact import align, average
from fastcnn.compress.fuse.exact import fuse_exact
from fastcnn.compress.fuse.repair import repair
from fastcnn.compress.quality import Quality, quality
from fastcnn.compress.record import recorded
from fastcnn.compress.recover import fine_tune, recalibrate
from fastcnn.compress.samples import read_data
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.models import Model

METHODS = ("auto", "exact", "compact")


def fuse(
    models: Sequence[Model],
    *,
    data: Any = None,
    validation_data: Any = None,
    method: str = "auto",
    epochs: int = 1,
    samples: int = 1024,
    seed: int = 0,
    **fine_tuning: Any,
) -> Model:
    """One model made of several that are built alike and were trained apart.

    - "exact": layers side by side, outputs averaged. Equal to the ensemble, to rounding; as large
      as all models together.
    - "compact": neurons matched, weights averaged, statistics repaired, then fine-tuned. As large
      as one model.
    - "auto": both are tested on `validation_data`; the more accurate one is returned, and the
      record tells the figures. Without validation data it is the exact form.

    Args:
        models: Two or more; left as they are. The first gives names and settings.
        data: Samples and labels. The compact form matches neurons by activations on them and is
            fine-tuned; without, it compares weights and is left at the average.
        validation_data: Samples and labels to test on; the models must be compiled.
        method: "auto", "exact" or "compact".
        epochs: Epochs of fine-tuning of the compact form, if there are data.
        samples: How many of `data` neurons are matched on, at most.
        seed: Of all chance.
        **fine_tuning: As `compress.fine_tune` takes it.

    Raises:
        CompressionError: The models are not built alike; the message tells the first difference.
        DataError: The data cannot be used.
        InvalidValueError: An argument is outside its limits.
    """
    models = list(models)
    if len(models) < 2:
        raise CompressionError(f"fuse: takes two models or more, given were {len(models)}")
    if method not in METHODS:
        raise InvalidValueError(
            f"fuse: method must be one of {', '.join(METHODS)}, it is '{method}'"
        )
    tested_on = (
        None
        if validation_data is None
        else read_data("fuse: validation_data", models[0].graph, validation_data)
    )
    made: dict[str, Model] = {}
    if method != "compact":
        made["exact"] = models[0].with_graph(fuse_exact([model.graph for model in models]))
    if method == "compact" or (method == "auto" and tested_on is not None):
        made["compact"] = _compact(models, data, epochs, samples, seed, fine_tuning)
    tested = {} if tested_on is None else {
        name: quality(model, tested_on) for name, model in made.items()
    }  # fmt: skip
    winner = next(iter(made))
    for name in made:
        if tested and tested[name].better_than(tested[winner]):
            winner = name
    text = f"fused {len(models)} models into one ({winner}){_compared(tested)}"
    table = [
        {"form": name, "loss": result.loss, "accuracy": result.accuracy}
        for name, result in tested.items()
    ]
    details = {"method": winner, "models": len(models), "table": table}
    return recorded(models[0], made[winner].graph, "fuse", text, details)


def _compact(
    models: list[Model],
    data: Any,
    epochs: int,
    samples: int,
    seed: int,
    fine_tuning: dict[str, Any],
) -> Model:
    graphs = [model.graph for model in models]
    if data is None:
        return models[0].with_graph(average(align(graphs)))
    x = read_data("fuse", graphs[0], data).draw(samples, np.random.default_rng(seed)).x
    aligned = align(graphs, x)
    merged = recalibrate(repair(average(aligned), aligned, x), x)
    return fine_tune(models[0].with_graph(merged), data, epochs=epochs, **fine_tuning)


def _compared(tested: dict[str, Quality]) -> str:
    if not tested:
        return ""
    figures = (
        f"{name} loss {result.loss:.4f}"
        + ("" if result.accuracy is None else f", accuracy {result.accuracy:.4f}")
        for name, result in tested.items()
    )
    return "; on validation data: " + "; ".join(figures)
