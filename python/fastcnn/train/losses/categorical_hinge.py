"""A margin between the true class and the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.losses.emit import one_minus
from fastcnn.train.losses.loss import Loss, losses, require_classes
from fastcnn.train.losses.targets import as_class_rows
from fastcnn.typing import Array


@losses.register("categorical_hinge")
@dataclass(frozen=True)
class CategoricalHinge(Loss):
    """How far the true class is from scoring higher than all others by a margin of 1.

        loss = max(1 + max over c of (1 - t[c]) f[c] - sum over c of t[c] f[c], 0)

    Shape:
        prediction: [N, C], scores. labels: [N, C], one-hot.

    Source:
        Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition",
        ESANN 1999.
    """

    name: ClassVar[str] = "categorical_hinge"

    def target_type(self, prediction: Type) -> Type:
        require_classes(self.name, prediction)
        return prediction

    def check(self, y: Array, prediction: Type) -> Array:
        return as_class_rows(self.name, y, prediction)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        right = g.apply("reduce_sum", g.apply("multiply", target, prediction), axes=(1,))
        others = g.apply("multiply", one_minus(g, target), prediction)
        wrong = g.apply("reduce_max", others, axes=(1,))
        gap = g.apply("add", g.apply("subtract", wrong, right), scalar(g, 1))
        return g.apply("relu", gap, name="sample_loss")
