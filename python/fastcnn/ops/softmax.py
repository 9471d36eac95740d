"""Softmax, its logarithm, and their gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


def log_softmax(x: Array) -> Array:
    """Log softmax over axis 1, the largest subtracted first."""
    shifted = x - x.max(axis=1, keepdims=True)
    y: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return y


@register
class Softmax(Op):
    """Probabilities from scores, over axis 1.

        y[n, c, ...] = exp(x[n, c, ...] - m) / sum over k of exp(x[n, k, ...] - m),
        m = max over k of x[n, k, ...]

    Shape:
        x: [N, C, ...]. y: as x.
    NaN:
        A NaN, or plus infinity, in x makes all of its C values NaN.
    """

    name = "softmax"

    def infer(self, x: Type) -> Type:
        checks.rank_at_least(self.name, 2, x=x)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array) -> Array:
        exp = np.exp(x - x.max(axis=1, keepdims=True))
        y: Array = exp / exp.sum(axis=1, keepdims=True)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("softmax_backward", grad_y, node.output)]


@register
class SoftmaxBackward(Op):
    """Gradient of `softmax` by its input.

        grad_x[c] = y[c] (grad_y[c] - sum over k of grad_y[k] y[k])

    Shape:
        grad_y, y, grad_x: [N, C, ...].
    """

    name = "softmax_backward"

    def infer(self, grad_y: Type, y: Type) -> Type:
        checks.rank_at_least(self.name, 2, grad_y=grad_y)
        return checks.same_floats(self.name, grad_y=grad_y, y=y)

    def reference(self, grad_y: Array, y: Array) -> Array:
        grad_x: Array = y * (grad_y - (grad_y * y).sum(axis=1, keepdims=True))
        return grad_x


@register
class LogSoftmax(Op):
    """Logarithm of the softmax, over axis 1.

        y[c] = x[c] - m - log(sum over k of exp(x[k] - m)),  m = max over k of x[k]

    Shape:
        x: [N, C, ...]. y: as x.
    NaN:
        A NaN, or plus infinity, in x makes all of its C values NaN.
    """

    name = "log_softmax"

    def infer(self, x: Type) -> Type:
        checks.rank_at_least(self.name, 2, x=x)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array) -> Array:
        return log_softmax(x)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("log_softmax_backward", grad_y, node.output)]


@register
class LogSoftmaxBackward(Op):
    """Gradient of `log_softmax` by its input.

        grad_x[c] = grad_y[c] - exp(y[c]) sum over k of grad_y[k]

    Shape:
        grad_y, y, grad_x: [N, C, ...].
    """

    name = "log_softmax_backward"

    def infer(self, grad_y: Type, y: Type) -> Type:
        checks.rank_at_least(self.name, 2, grad_y=grad_y)
        return checks.same_floats(self.name, grad_y=grad_y, y=y)

    def reference(self, grad_y: Array, y: Array) -> Array:
        grad_x: Array = grad_y - np.exp(y) * grad_y.sum(axis=1, keepdims=True)
        return grad_x
