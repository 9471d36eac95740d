"""Half the squared distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.loss import Loss, losses
from fastcnn.train.losses.targets import as_finite_targets
from fastcnn.typing import Array


@losses.register("half_sum_squared_error")
@dataclass(frozen=True)
class HalfSumSquaredError(Loss):
    """Half the squared Euclidean distance of a sample.

        loss = 1/2 sum over i of (f[i] - y[i])^2

    so that the mean over N samples is 1/(2N) sum ||y - f||^2, whose gradient by f is (f - y) / N.

    Shape:
        prediction: any. labels: the same, or without a last axis of extent 1.
    """

    name: ClassVar[str] = "half_sum_squared_error"

    def check(self, y: Array, prediction: Type) -> Array:
        return as_finite_targets(self.name, y, prediction)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        return g.apply("squared_error", prediction, target, name="sample_loss", factor=0.5)
