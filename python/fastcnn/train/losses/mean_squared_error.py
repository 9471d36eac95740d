"""Squared distance, averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss, elements, losses
from fastcnn.train.losses.targets import as_finite_targets
from fastcnn.typing import Array


@losses.register("mean_squared_error", "mse")
@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Squared difference, averaged over the elements of a sample.

        loss = mean over i of (f[i] - y[i])^2

    Shape:
        prediction: any. labels: the same, or without a last axis of extent 1.
    """

    name: ClassVar[str] = "mean_squared_error"

    def check(self, y: Array, prediction: Type) -> Array:
        return as_finite_targets(self.name, y, prediction)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        factor = 1.0 / elements(prediction.type)
        return g.apply("squared_error", prediction, target, name="sample_loss", factor=factor)
