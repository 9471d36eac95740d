"""Gradient of the mean of all elements."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class ReduceMeanBackward(Op):
    """Gradient of `reduce_mean` over all axes; of x only the shape is used.

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
