"""Mean of each channel of an image, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.ops.pooling.pool import PoolingOp
from fastcnn.ops.window import Pair
from fastcnn.typing import Array


@register
class GlobalAveragePool2d(PoolingOp):
    """Mean of each channel.

        y[n, c, 0, 0] = mean over i, j of x[n, c, i, j]

    Shape:
        x: [N, C, H, W]. y: [N, C, 1, 1].
    Source:
        Lin, Chen and Yan, "Network In Network", ICLR 2014.
    """

    name = "global_average_pool2d"

    def infer(self, x: Type) -> Type:
        checks.floats(self.name, x=x)
        checks.rank(self.name, 4, x=x)
        return Type((*x.shape[:2], 1, 1))

    def reference(self, x: Array) -> Array:
        y: Array = x.mean(axis=(2, 3), keepdims=True)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        h, w = (
            checks.known(self.name, size, "the image size") for size in node.inputs[0].shape[2:]
        )
        return [g.apply("global_average_pool2d_backward", grad_y, input_size=(h, w))]


@register
class GlobalAveragePool2dBackward(Op):
    """Gradient of `global_average_pool2d` by x.

        grad_x[n, c, i, j] = grad_y[n, c, 0, 0] / (H W)

    Shape:
        grad_y: [N, C, 1, 1]. grad_x: [N, C, *input_size].
    """

    name = "global_average_pool2d_backward"

    def infer(self, grad_y: Type, *, input_size: Pair) -> Type:
        checks.floats(self.name, grad_y=grad_y)
        checks.rank(self.name, 4, grad_y=grad_y)
        checks.fit(self.name, grad_y.shape, (None, None, 1, 1), "grad_y")
        checks.integers(self.name, "input_size", input_size, 2, 1)
        return Type((*grad_y.shape[:2], *input_size))

    def reference(self, grad_y: Array, *, input_size: Pair) -> Array:
        h, w = input_size
        return np.broadcast_to(grad_y / (h * w), (*grad_y.shape[:2], h, w))
