"""Cross-entropy with one-hot rows, or any distributions, as labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import EPSILON, Loss, choose_logits, losses, require_classes
from fastcnn.train.losses.targets import as_class_rows
from fastcnn.typing import Array


@losses.register("categorical_crossentropy")
@dataclass(frozen=True)
class CategoricalCrossentropy(Loss):
    """Cross-entropy of a distribution over classes with the distribution that is true.

        loss = -sum over c of t[c] log p[c]

    Where softmax made p, the logarithm is taken of the softmax as a whole and cannot overflow;
    else p is clipped to [1e-7, 1 - 1e-7].

    Args:
        from_logits: Whether the model gives scores that still need a softmax.
        label_smoothing: a in t <- (1 - a) t + a / C.

    Shape:
        prediction: [N, C]. labels: [N, C], as a rule one-hot.

    Source:
        Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016,
        section 7: label smoothing.
    """

    name: ClassVar[str] = "categorical_crossentropy"

    from_logits: bool = False
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        self.require(0 <= self.label_smoothing < 1, "label_smoothing", "in [0, 1)")

    def target_type(self, prediction: Type) -> Type:
        require_classes(self.name, prediction)
        return prediction

    def check(self, y: Array, prediction: Type) -> Array:
        classes = require_classes(self.name, prediction)
        targets = as_class_rows(self.name, y, prediction)
        if self.label_smoothing:
            keep = 1 - self.label_smoothing
            targets = targets * np.float32(keep) + np.float32(self.label_smoothing / classes)
        return targets

    def probabilities(self, g: Builder, prediction: Value) -> Value:
        return g.apply("softmax", prediction, axis=1) if self.from_logits else prediction

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        logits = choose_logits(self.name, self.from_logits, prediction, logits)
        return emit_cross_entropy(g, prediction, target, logits)


def emit_cross_entropy(g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
    """Appends -sum over c of t[c] log p[c], from the logits where they are known."""
    if logits is None:
        return g.apply("cross_entropy", prediction, target, name="sample_loss", epsilon=EPSILON)
    return g.apply("softmax_cross_entropy", logits, target, name="sample_loss")
