"""Squared distance near the target, distance far from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.emit import mean_of_sample
from fastcnn.train.losses.loss import Loss, losses
from fastcnn.train.losses.targets import as_finite_targets
from fastcnn.typing import Array


@losses.register("huber", "huber_loss")
@dataclass(frozen=True)
class Huber(Loss):
    """Half the squared difference near the target, a straight line from there on.

        loss = mean over i of c (e - c / 2),  e = f[i] - y[i],  c = e clipped to [-delta, delta]

    that is e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2.

    Args:
        delta: Where the line begins.

    Shape:
        prediction: any. labels: the same, or without a last axis of extent 1.

    Source:
        Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics
        35(1), 1964.
    """

    name: ClassVar[str] = "huber"

    delta: float = 1.0

    def __post_init__(self) -> None:
        self.require(self.delta > 0, "delta", "positive")

    def check(self, y: Array, prediction: Type) -> Array:
        return as_finite_targets(self.name, y, prediction)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        error = g.apply("subtract", prediction, target)
        near = g.apply("clip", error, low=-float(self.delta), high=float(self.delta))
        rest = g.apply("subtract", error, g.apply("scale", near, factor=0.5))
        return mean_of_sample(g, g.apply("multiply", near, rest))
