"""The share of yes-or-no answers that are right."""

from __future__ import annotations

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.training.loss import sample_axes
from fastcnn.typing import Array


@register
class BinaryCorrect(Op):
    """The share of yes-or-no answers that are right.

        y[n] = mean over i of [(p[n, i] > threshold) = (targets[n, i] > 0.5)]

    Shape:
        p, targets: [N, ...]. y: [N].
    """

    name = "binary_correct"

    def infer(self, p: Type, targets: Type, *, threshold: float) -> Type:
        checks.number(self.name, "threshold", threshold)
        checks.rank_at_least(self.name, 1, p=p)
        return Type(checks.same_floats(self.name, p=p, targets=targets).shape[:1])

    def reference(self, p: Array, targets: Array, *, threshold: float) -> Array:
        right = (p > threshold) == (targets > 0.5)
        share: Array = right.mean(axis=sample_axes(p)).astype(p.dtype)
        return share
