"""Hyperbolic tangent and its gradient."""

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
class Tanh(Elementwise):
    """Hyperbolic tangent, elementwise.

        y = tanh(x)

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    """

    name = "tanh"

    def infer(self, x: Type) -> Type:
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array) -> Array:
        return np.tanh(x)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("tanh_backward", grad_y, node.output)]


@register
class TanhBackward(Op):
    """Gradient of `tanh` by its input.

        grad_x = grad_y (1 - y^2)

    Shape:
        grad_y, y, grad_x: the same.
    """

    name = "tanh_backward"

    def infer(self, grad_y: Type, y: Type) -> Type:
        return checks.same_floats(self.name, grad_y=grad_y, y=y)

    def reference(self, grad_y: Array, y: Array) -> Array:
        grad_x: Array = grad_y * (1 - y * y)
        return grad_x
