"""Logistic function and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Sigmoid(Elementwise):
    """Logistic function, elementwise.

        y = 1 / (1 + exp(-x))

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    """

    name = "sigmoid"

    def infer(self, x: Type) -> Type:
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array) -> Array:
        small = np.exp(-np.abs(x))  # never overflows
        y: Array = np.where(x >= 0, 1, small) / (1 + small)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("sigmoid_backward", grad_y, node.output)]


@register
class SigmoidBackward(Op):
    """Gradient of `sigmoid` by its input.

        grad_x = grad_y y (1 - y)

    Shape:
        grad_y, y, grad_x: the same.
    """

    name = "sigmoid_backward"

    def infer(self, grad_y: Type, y: Type) -> Type:
        return checks.same_floats(self.name, grad_y=grad_y, y=y)

    def reference(self, grad_y: Array, y: Array) -> Array:
        grad_x: Array = grad_y * y * (1 - y)
        return grad_x
