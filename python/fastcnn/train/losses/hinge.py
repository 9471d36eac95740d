"""A margin between two classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.train.losses.emit import mean_of_sample, one_minus
from fastcnn.train.losses.loss import Loss, losses
from fastcnn.train.losses.targets import as_targets
from fastcnn.typing import Array


@losses.register("hinge")
@dataclass(frozen=True)
class Hinge(Loss):
    """How far a score is from being on the right side of 0 by a margin of 1.

        loss = mean over i of max(1 - t[i] f[i], 0)

    Shape:
        prediction: any, scores. labels: the same, or without a last axis of extent 1; -1 and 1, or
        0 and 1, where 0 stands for -1.

    Source:
        Cortes and Vapnik, "Support-Vector Networks", Machine Learning 20, 1995.
    """

    name: ClassVar[str] = "hinge"

    def check(self, y: Array, prediction: Type) -> Array:
        targets = as_targets(self.name, y, prediction, low=-1.0, high=1.0)
        if np.isin(targets, (0, 1)).all():
            targets = 2 * targets - 1
        return targets

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        return mean_of_sample(g, self.gap(g, prediction, target))

    def gap(self, g: Builder, prediction: Value, target: Value) -> Value:
        """Appends max(1 - t f, 0)."""
        return g.apply("relu", one_minus(g, g.apply("multiply", target, prediction)))


@losses.register("squared_hinge")
@dataclass(frozen=True)
class SquaredHinge(Hinge):
    """The square of the hinge, averaged.

    loss = mean over i of max(1 - t[i] f[i], 0)^2
    """

    name: ClassVar[str] = "squared_hinge"

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        gap = self.gap(g, prediction, target)
        return mean_of_sample(g, g.apply("multiply", gap, gap))
