"""Embeddings near to those of the same class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fastcnn.graph import Type, Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.losses.loss import Loss, losses, require_classes
from fastcnn.train.losses.targets import as_indices
from fastcnn.typing import Array

FAR = 1e30
"""Further than any two embeddings."""


@losses.register("triplet")
@dataclass(frozen=True)
class Triplet(Loss):
    """Each embedding nearer to all of its class than to any other of the batch, by a margin.

        loss[n] = max(0, margin + max over i in class of n of d(n, i)
                                - min over j not in class of n of d(n, j))

    with d the Euclidean distance. A batch needs several samples of several classes; a sample
    without one of another class counts 0. The figure depends on how samples fall into batches.

    Args:
        margin: How much nearer.
        soft: log(1 + e^x) in the place of max(0, x), with margin 0 as a rule.

    Shape:
        prediction: [N, D], embeddings. labels: [N] or [N, 1], class indices.

    Source:
        Hermans, Beyer and Leibe, "In Defense of the Triplet Loss for Person Re-Identification",
        2017, equation 5: batch hard.
    """

    name: ClassVar[str] = "triplet"

    margin: float = 1.0
    soft: bool = False

    def __post_init__(self) -> None:
        self.require(self.margin >= 0, "margin", "at least 0")

    def target_type(self, prediction: Type) -> Type:
        require_classes(self.name, prediction)
        return Type((None,), "int32")

    def check(self, y: Array, prediction: Type) -> Array:
        return np.ascontiguousarray(as_indices(self.name, y), np.int32)

    def emit(self, g: Builder, prediction: Value, target: Value, logits: Value | None) -> Value:
        distance = pairwise_distance(g, prediction)
        same = g.apply(
            "equal",
            g.apply("unsqueeze", target, axes=(1,)),
            g.apply("unsqueeze", target, axes=(0,)),
        )
        inside = g.apply("cast", same, dtype="float32")
        away = g.apply("scale", inside, factor=FAR)
        farthest = g.apply("reduce_max", g.apply("multiply", distance, inside), axes=(1,))
        others = g.apply("negative", g.apply("add", distance, away))
        nearest = g.apply("reduce_max", others, axes=(1,))
        gap = g.apply("add", g.apply("add", farthest, nearest), scalar(g, self.margin))
        return g.apply("softplus" if self.soft else "relu", gap, name="sample_loss")


def pairwise_distance(g: Builder, x: Value) -> Value:
    """Appends |x[i] - x[j]| for all rows of x [N, D], [N, N]; at least 1e-6."""
    ours, theirs = g.apply("unsqueeze", x, axes=(1,)), g.apply("unsqueeze", x, axes=(0,))
    difference = g.apply("subtract", ours, theirs)
    square = g.apply("reduce_sum", g.apply("multiply", difference, difference), axes=(2,))
    return g.apply("sqrt", g.apply("clip", square, low=1e-12, high=FAR))
