"""Rectified linear unit and its gradient."""

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
class Relu(Elementwise):
    """Rectified linear unit, elementwise.

        y = max(x, 0)

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    Source:
        Glorot, Bordes and Bengio, "Deep Sparse Rectifier Neural Networks", AISTATS 2011.
    """

    name = "relu"

    def infer(self, x: Type) -> Type:
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("relu_backward", grad_y, node.output)]


@register
class ReluBackward(Op):
    """Gradient of `relu` by its input.

        grad_x = grad_y where y > 0, else 0

    Shape:
        grad_y, y, grad_x: the same.
    """

    name = "relu_backward"

    def infer(self, grad_y: Type, y: Type) -> Type:
        return checks.same_floats(self.name, grad_y=grad_y, y=y)

    def reference(self, grad_y: Array, y: Array) -> Array:
        return np.where(y > 0, grad_y, 0)
