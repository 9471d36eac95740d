"""Targets shaped like the prediction."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import DataError
from fastcnn.graph import Type
from fastcnn.typing import Array


def as_targets(loss: str, y: Array, prediction: Type, *, low: float, high: float) -> Array:
    """Labels as float32 of the prediction's shape, every element within [low, high].

    A missing last axis of extent 1 is added.
    """
    if y.dtype.kind not in "iubf":
        raise DataError(f"{loss}: labels must be numbers, these are of type {y.dtype}")
    wanted = prediction.shape[1:]
    if y.shape[1:] != wanted and wanted[-1:] == (1,) and y.shape[1:] == wanted[:-1]:
        y = y[..., None]
    if y.shape[1:] != wanted:
        extents = ", ".join(map(str, (len(y), *wanted)))
        raise DataError(
            f"{loss}: takes targets shaped like the model's output, ({extents}); the labels have "
            f"shape {y.shape}"
        )
    with np.errstate(over="ignore"):
        targets = np.ascontiguousarray(y, np.float32)
    inside = (targets >= low) & (targets <= high)
    if not inside.all():
        index = int((~inside).reshape(len(y), -1).any(axis=1).argmax())
        row = targets[index]
        value = row[~inside[index]].flat[0]
        limit = "finite" if low < 0 else f"within [{low:g}, {high:g}]"
        raise DataError(f"{loss}: sample {index} has the target {value:g}, it must be {limit}")
    return targets
