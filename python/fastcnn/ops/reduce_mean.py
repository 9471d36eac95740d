"""Mean of all elements, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class ReduceMean(Op):
    """Mean of all elements.

        y = (sum over i of x[i]) / (number of elements)

    Shape:
        x: any. y: a scalar.
    NaN:
        The mean of no elements is NaN.
    """

    name = "reduce_mean"

    def infer(self, x: Type) -> Type:
        checks.floats(self.name, x=x)
        return Type(())

    def reference(self, x: Array) -> Array:
        return np.asarray(x.mean() if x.size else np.nan, x.dtype)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("reduce_mean_backward", grad_y, node.inputs[0])]


@register
class ReduceMeanBackward(Op):
    """Gradient of `reduce_mean`; of x only the shape is used.

        grad_x[i] = grad_y / (number of elements)

    Shape:
        grad_y: a scalar. x, grad_x: any.
    """

    name = "reduce_mean_backward"

    def infer(self, grad_y: Type, x: Type) -> Type:
        checks.floats(self.name, grad_y=grad_y, x=x)
        checks.rank(self.name, 0, grad_y=grad_y)
        return x

    def reference(self, grad_y: Array, x: Array) -> Array:
        return np.full_like(x, grad_y / max(1, x.size))
