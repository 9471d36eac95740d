"""Largest value of each channel of an image, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.ops.pooling.pool import PoolingOp
from fastcnn.typing import Array


@register
class GlobalMaxPool2d(PoolingOp):
    """Largest value of each channel.

        y[n, c, 0, 0] = max over i, j of x[n, c, i, j]

    Shape:
        x: [N, C, H, W]. y: [N, C, 1, 1].
    NaN:
        A NaN in a channel reaches y.
    """

    name = "global_max_pool2d"

    def infer(self, x: Type) -> Type:
        checks.floats(self.name, x=x)
        checks.rank(self.name, 4, x=x)
        return Type((*x.shape[:2], 1, 1))

    def reference(self, x: Array) -> Array:
        y: Array = x.max(axis=(2, 3), keepdims=True)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("global_max_pool2d_backward", grad_y, node.inputs[0], node.output)]


@register
class GlobalMaxPool2dBackward(Op):
    """Gradient of `global_max_pool2d` by x.

    grad_y goes to the first pixel, row by row, that equals y: to none where y is a NaN.

    Shape:
        grad_y, y: [N, C, 1, 1]. x, grad_x: [N, C, H, W].
    """

    name = "global_max_pool2d_backward"

    def infer(self, grad_y: Type, x: Type, y: Type) -> Type:
        checks.floats(self.name, grad_y=grad_y, x=x, y=y)
        checks.rank(self.name, 4, x=x)
        expected = (*x.shape[:2], 1, 1)
        checks.fit(self.name, grad_y.shape, expected, "grad_y")
        checks.fit(self.name, y.shape, expected, "y")
        return x

    def reference(self, grad_y: Array, x: Array, y: Array) -> Array:
        n, c, h, w = x.shape
        equal = (x == y).reshape(n, c, h * w)
        first = equal & (np.cumsum(equal, axis=-1) == 1)
        return np.where(first.reshape(x.shape), grad_y, 0)
