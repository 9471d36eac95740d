"""How the answers of two models differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fastcnn.models import Model
from fastcnn.report.png import png_address
from fastcnn.typing import Array

_MOST_CLASSES = 40
_MOST_IMAGES = 24


@dataclass(frozen=True)
class Changed:
    """An image that two models answer differently.

    Args:
        picture: A data address; empty where the input is no picture.
        label: The right answer; None where it is not known.
        before: The answer of the first.
        after: Of the second.
    """

    picture: str
    label: int | None
    before: int
    after: int

    @property
    def verdict(self) -> str:
        """Whether the second is better here, worse, or neither."""
        if self.label is None or self.label not in (self.before, self.after):
            return "same"
        return "better" if self.after == self.label else "worse"


@dataclass(frozen=True)
class Answers:
    """Answers of two models to the same samples.

    Args:
        samples: How many.
        differ: How many are answered differently.
        changed: Some of those.
        confusion: Of each model: counts by right answer and answer; None without labels, or where
            there are many classes.
    """

    samples: int
    differ: int
    changed: tuple[Changed, ...]
    confusion: tuple[Array, Array] | None


def compare_answers(before: Model, after: Model, data: Any) -> Answers:
    """Runs both on `data`, (x, y) or x alone."""
    labelled = isinstance(data, tuple | list)
    x = np.asarray(data[0] if labelled else data)
    y = np.asarray(data[1]).reshape(len(x), -1) if labelled else None
    labels = None if y is None else y[:, 0] if y.shape[1] == 1 else y.argmax(1)
    first, second = (_winners(model, x) for model in (before, after))
    differ = np.flatnonzero(first != second)
    changed = tuple(
        Changed(
            png_address(x[i]) if x.ndim in (3, 4) else "",
            None if labels is None else int(labels[i]),
            int(first[i]),
            int(second[i]),
        )
        for i in differ[:_MOST_IMAGES]
    )
    confusion = None
    if labels is not None:
        classes = 1 + int(max(labels.max(), first.max(), second.max()))
        if classes <= _MOST_CLASSES:
            confusion = _counts(labels, first, classes), _counts(labels, second, classes)
    return Answers(len(x), len(differ), changed, confusion)


def _winners(model: Model, x: Array) -> Array:
    scores = model.predict(x, batch_size=250)
    output = next(iter(scores.values())) if isinstance(scores, dict) else scores
    best: Array = output.reshape(len(x), -1).argmax(1)
    return best


def _counts(labels: Array, answers: Array, classes: int) -> Array:
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels.astype(np.int64), answers), 1)
    return counts
