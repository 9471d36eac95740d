"""Distance, averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.emit import mean_of_sample
from fastcnn.train.losses.loss import Loss, losses
from fastcnn.train.losses.targets import as_finite_targets
from fastcnn.typing import Array


@losses.register("mean_absolute_error", "mae")
@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """Absolute difference, averaged over the elements of a sample.

        loss = mean over i of |f[i] - y[i]|

    Shape:
        prediction: any. labels: the same, or without a last axis of extent 1.
    """

    name: ClassVar[str] = "mean_absolute_error"

    def check(self, y: Array, prediction: Type) -> Array:
        return as_finite_targets(self.name, y, prediction)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        return mean_of_sample(g, g.apply("abs", g.apply("subtract", prediction, target)))
