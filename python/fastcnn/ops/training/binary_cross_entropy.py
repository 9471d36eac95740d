"""Cross-entropy of independent yes-or-no probabilities, and its gradient."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.training.loss import Loss, inside, per_sample, sample_axes
from fastcnn.typing import Array


@register
class BinaryCrossEntropy(Loss):
    """Cross-entropy of independent yes-or-no probabilities.

        loss[n] = mean over i of -(t log q + (1 - t) log(1 - q)),
        t = targets[n, i], q = clip(p[n, i], epsilon, 1 - epsilon)

    Args:
        epsilon: Keeps the logarithms finite; from 0 to 0.5.

    Shape:
        p, targets: [N, ...]. loss: [N].
    NaN:
        A NaN in a sample makes its loss NaN.
    """

    name = "binary_cross_entropy"

    def infer(self, p: Type, targets: Type, *, epsilon: float) -> Type:
        checks.number(self.name, "epsilon", epsilon, 0.0, 0.5)
        checks.rank_at_least(self.name, 1, p=p)
        return Type(checks.same_floats(self.name, p=p, targets=targets).shape[:1])

    def reference(self, p: Array, targets: Array, *, epsilon: float) -> Array:
        clipped = np.clip(p, epsilon, 1 - epsilon)
        losses = -(targets * np.log(clipped) + (1 - targets) * np.log1p(-clipped))
        loss: Array = losses.mean(axis=sample_axes(p))
        return loss


@register
class BinaryCrossEntropyBackward(Op):
    """Gradient of `binary_cross_entropy` by its probabilities.

        grad_p[n, i] = grad[n] / (elements of a sample) (p - t) / (p (1 - p))
        where p is not clipped, else 0

    Shape:
        grad: [N]. p, targets, grad_p: [N, ...].
    """

    name = "binary_cross_entropy_backward"

    def infer(self, grad: Type, p: Type, targets: Type, *, epsilon: float) -> Type:
        checks.floats(self.name, grad=grad)
        checks.number(self.name, "epsilon", epsilon, 0.0, 0.5)
        checks.rank_at_least(self.name, 1, p=p)
        result = checks.same_floats(self.name, p=p, targets=targets)
        checks.fit(self.name, grad.shape, result.shape[:1], "grad")
        return result

    def reference(self, grad: Array, p: Array, targets: Array, *, epsilon: float) -> Array:
        free = inside(p, epsilon)
        inner = np.where(free, p, 0.5)
        slope = np.where(free, (inner - targets) / (inner * (1 - inner)), 0)
        grad_p: Array = per_sample(grad, p) * slope / max(1, int(np.prod(p.shape[1:])))
        return grad_p
