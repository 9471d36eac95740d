"""Cross-entropy of independent yes-or-no answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import EPSILON, Loss, losses
from fastcnn.train.losses.targets import as_targets
from fastcnn.typing import Array


@losses.register("binary_crossentropy")
@dataclass(frozen=True)
class BinaryCrossentropy(Loss):
    """Cross-entropy of independent yes-or-no answers, averaged over those of a sample.

        loss = mean over i of -(t[i] log p[i] + (1 - t[i]) log(1 - p[i]))

    with p clipped to [1e-7, 1 - 1e-7].

    Args:
        from_logits: Whether the model gives scores that still need a sigmoid.
        label_smoothing: a in t <- (1 - a) t + a / 2.

    Shape:
        prediction: any. labels: the same, or without a last axis of extent 1; within [0, 1].
    """

    name: ClassVar[str] = "binary_crossentropy"

    from_logits: bool = False
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        self.require(0 <= self.label_smoothing < 1, "label_smoothing", "in [0, 1)")

    def check(self, y: Array, prediction: Type) -> Array:
        targets = as_targets(self.name, y, prediction, low=0.0, high=1.0)
        if self.label_smoothing:
            keep = 1 - self.label_smoothing
            targets = targets * np.float32(keep) + np.float32(self.label_smoothing / 2)
        return targets

    def probabilities(self, g: Builder, prediction: Value) -> Value:
        return g.apply("sigmoid", prediction) if self.from_logits else prediction

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        p = self.probabilities(g, prediction)
        return g.apply("binary_cross_entropy", p, target, name="sample_loss", epsilon=EPSILON)
