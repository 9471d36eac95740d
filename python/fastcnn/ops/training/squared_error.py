"""Sum of squared differences of each sample, and its gradient."""

from __future__ import annotations

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.training.loss import Loss, per_sample, sample_axes
from fastcnn.typing import Array


@register
class SquaredError(Loss):
    """Sum of squared differences of each sample.

        loss[n] = factor sum over i of (x[n, i] - targets[n, i])^2

    Args:
        factor: 1 / (elements of a sample) gives the mean squared error, 1/2 the half-sum form.

    Shape:
        x, targets: [N, ...]. loss: [N].
    """

    name = "squared_error"

    def infer(self, x: Type, targets: Type, *, factor: float) -> Type:
        checks.number(self.name, "factor", factor)
        checks.rank_at_least(self.name, 1, x=x)
        return Type(checks.same_floats(self.name, x=x, targets=targets).shape[:1])

    def reference(self, x: Array, targets: Array, *, factor: float) -> Array:
        loss: Array = factor * ((x - targets) ** 2).sum(axis=sample_axes(x))
        return loss


@register
class SquaredErrorBackward(Op):
    """Gradient of `squared_error` by x.

        grad_x[n, i] = 2 factor grad[n] (x[n, i] - targets[n, i])

    Shape:
        grad: [N]. x, targets, grad_x: [N, ...].
    """

    name = "squared_error_backward"

    def infer(self, grad: Type, x: Type, targets: Type, *, factor: float) -> Type:
        checks.floats(self.name, grad=grad)
        checks.number(self.name, "factor", factor)
        checks.rank_at_least(self.name, 1, x=x)
        result = checks.same_floats(self.name, x=x, targets=targets)
        checks.fit(self.name, grad.shape, result.shape[:1], "grad")
        return result

    def reference(self, grad: Array, x: Array, targets: Array, *, factor: float) -> Array:
        grad_x: Array = 2 * factor * per_sample(grad, x) * (x - targets)
        return grad_x
