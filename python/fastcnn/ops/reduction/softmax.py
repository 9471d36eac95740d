"""Softmax, its logarithm, and their gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


def log_softmax(x: Array, axis: int = 1) -> Array:
    """Log softmax over one axis, the largest subtracted first."""
    shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    y: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return y


@register
class Softmax(Op):
    """Probabilities from scores, over one axis, which is 1 if not given.

        y[n, c, ...] = exp(x[n, c, ...] - m) / sum over k of exp(x[n, k, ...] - m),
        m = max over k of x[n, k, ...]

    Shape:
        x: any. y: as x.
    NaN:
        A NaN, or plus infinity, in x makes all values along the axis NaN.
    """

    name = "softmax"

    def infer(self, x: Type, *, axis: int = 1) -> Type:
        checks.axis(self.name, axis, x)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, axis: int = 1) -> Array:
        exp = np.exp(x - x.max(axis=axis, keepdims=True, initial=-np.inf))
        y: Array = exp / exp.sum(axis=axis, keepdims=True)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        y, axis = node.output, _axis(node)
        if axis == 1:
            return [g.apply("softmax_backward", grad_y, y)]
        total = g.apply("reduce_sum", g.apply("multiply", grad_y, y), axes=(axis,), keepdims=1)
        return [g.apply("multiply", y, g.apply("subtract", grad_y, total))]


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
    """Logarithm of the softmax, over one axis, which is 1 if not given.

        y[c] = x[c] - m - log(sum over k of exp(x[k] - m)),  m = max over k of x[k]

    Shape:
        x: any. y: as x.
    NaN:
        A NaN, or plus infinity, in x makes all values along the axis NaN.
    """

    name = "log_softmax"

    def infer(self, x: Type, *, axis: int = 1) -> Type:
        checks.axis(self.name, axis, x)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, axis: int = 1) -> Array:
        return log_softmax(x, axis)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        y, axis = node.output, _axis(node)
        if axis == 1:
            return [g.apply("log_softmax_backward", grad_y, y)]
        total = g.apply("reduce_sum", grad_y, axes=(axis,), keepdims=1)
        shared = g.apply("multiply", g.apply("exp", y), total)
        return [g.apply("subtract", grad_y, shared)]


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


def _axis(node: Node) -> int:
    return node.integer("axis") if "axis" in node.attrs else 1
