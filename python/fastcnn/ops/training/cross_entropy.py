"""Cross-entropy of probabilities with target probabilities, and its gradient."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.training.loss import Loss, inside
from fastcnn.typing import Array


@register
class CrossEntropy(Loss):
    """Cross-entropy of probabilities with target probabilities.

        loss[n] = -sum over c of targets[n, c] log clip(p[n, c], epsilon, 1 - epsilon)

    Args:
        epsilon: Keeps the logarithm finite; from 0 to 0.5.

    Shape:
        p, targets: [N, C]. loss: [N].
    NaN:
        A NaN in a row makes its loss NaN.
    """

    name = "cross_entropy"

    def infer(self, p: Type, targets: Type, *, epsilon: float) -> Type:
        checks.number(self.name, "epsilon", epsilon, 0.0, 0.5)
        checks.rank(self.name, 2, p=p)
        return Type(checks.same_floats(self.name, p=p, targets=targets).shape[:1])

    def reference(self, p: Array, targets: Array, *, epsilon: float) -> Array:
        loss: Array = -(targets * np.log(np.clip(p, epsilon, 1 - epsilon))).sum(axis=1)
        return loss


@register
class CrossEntropyBackward(Op):
    """Gradient of `cross_entropy` by its probabilities.

        grad_p[n, c] = -grad[n] targets[n, c] / p[n, c] where p is not clipped, else 0

    Shape:
        grad: [N]. p, targets, grad_p: [N, C].
    """

    name = "cross_entropy_backward"

    def infer(self, grad: Type, p: Type, targets: Type, *, epsilon: float) -> Type:
        checks.floats(self.name, grad=grad)
        checks.number(self.name, "epsilon", epsilon, 0.0, 0.5)
        checks.rank(self.name, 2, p=p)
        result = checks.same_floats(self.name, p=p, targets=targets)
        checks.fit(self.name, grad.shape, result.shape[:1], "grad")
        return result

    def reference(self, grad: Array, p: Array, targets: Array, *, epsilon: float) -> Array:
        free = inside(p, epsilon)
        return np.where(free, -grad[:, None] * targets / np.where(free, p, 1), 0)
