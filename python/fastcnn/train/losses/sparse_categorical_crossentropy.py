"""Cross-entropy with class indices as labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastcnn.errors import DataError
from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.categorical_crossentropy import emit_cross_entropy
from fastcnn.train.losses.emit import one_hot, smooth
from fastcnn.train.losses.loss import (
    EPSILON,
    Loss,
    choose_logits,
    looks_one_hot,
    losses,
    require_classes,
)
from fastcnn.train.losses.targets import as_indices
from fastcnn.typing import Array


@losses.register("sparse_categorical_crossentropy")
@dataclass(frozen=True)
class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy of a distribution over classes with the class that is true.

        loss = -log p[label]

    Where softmax made p, the logarithm is taken of the softmax as a whole and cannot overflow;
    else p is clipped to [1e-7, 1 - 1e-7].

    Args:
        from_logits: Whether the model gives scores that still need a softmax.
        label_smoothing: a, where the true distribution is (1 - a) at the label and a / C at all.

    Shape:
        prediction: [N, C]. labels: [N] or [N, 1], integers in [0, C).
    """

    name: ClassVar[str] = "sparse_categorical_crossentropy"

    from_logits: bool = False
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        self.require(0 <= self.label_smoothing < 1, "label_smoothing", "in [0, 1)")

    def target_type(self, prediction: Type) -> Type:
        require_classes(self.name, prediction)
        return Type((None,), "int32")

    def check(self, y: Array, prediction: Type) -> Array:
        classes = require_classes(self.name, prediction)
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        if y.ndim != 1:
            hint = (
                "they are one-hot; use loss='categorical_crossentropy', or y.argmax(axis=1)"
                if looks_one_hot(y, classes)
                else "for one row a sample there is loss='categorical_crossentropy'"
            )
            raise DataError(
                f"{self.name}: takes one class index a sample, shape ({len(y)},); the labels have "
                f"shape {y.shape}: {hint}"
            )
        labels = as_indices(self.name, y)
        wrong = (labels < 0) | (labels >= classes)
        if wrong.any():
            index = int(wrong.argmax())
            hint = "; for one probability there is loss='binary_crossentropy'" * (classes == 1)
            raise DataError(
                f"{self.name}: label {labels[index]} of sample {index} is outside [0, {classes}), "
                f"the classes of the model{hint}"
            )
        return np.ascontiguousarray(labels, np.int32)

    def probabilities(self, g: Builder, prediction: Value) -> Value:
        return g.apply("softmax", prediction, axis=1) if self.from_logits else prediction

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        logits = choose_logits(self.name, self.from_logits, prediction, logits)
        if self.label_smoothing:
            classes = require_classes(self.name, prediction.type)
            rows = one_hot(g, target, classes)
            rows = smooth(g, rows, self.label_smoothing, classes)
            return emit_cross_entropy(g, prediction, rows, logits)
        if logits is None:
            return g.apply(
                "sparse_cross_entropy", prediction, target, name="sample_loss", epsilon=EPSILON
            )
        return g.apply("sparse_softmax_cross_entropy", logits, target, name="sample_loss")
