"""Targets shaped like the prediction."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import DataError
from fastcnn.graph import Type
from fastcnn.typing import Array


def as_finite_targets(loss: str, y: Array, prediction: Type) -> Array:
    """As `as_targets`, with any finite number for an element."""
    finite = float(np.finfo(np.float32).max)
    return as_targets(loss, y, prediction, low=-finite, high=finite)


def as_class_rows(loss: str, y: Array, prediction: Type) -> Array:
    """As `as_targets`, with one row of probabilities a sample; class indices are refused."""
    classes = prediction.shape[1]
    if classes != 1 and (y.ndim == 1 or y.shape[1:] == (1,)):
        raise DataError(
            f"{loss}: takes one row of {classes} class probabilities a sample; the labels "
            f"have shape {y.shape}: they are class indices; use "
            "loss='sparse_categorical_crossentropy'"
        )
    return as_targets(loss, y, prediction, low=0.0, high=1.0)


def as_indices(loss: str, y: Array) -> Array:
    """Labels [N] or [N, 1] as integers [N]; floats that hold integers are accepted."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise DataError(f"{loss}: takes one class index a sample; the labels have shape {y.shape}")
    if y.dtype.kind in "iub":
        return y.astype(np.int64)
    if y.dtype.kind != "f":
        raise DataError(f"{loss}: labels are class indices, these are of type {y.dtype}")
    wrong = ~(np.floor(y) == y)
    if wrong.any():
        index = int(wrong.argmax())
        raise DataError(f"{loss}: label {y[index]} of sample {index} is no class index")
    return np.clip(y, -1, 2**31).astype(np.int64)


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
