"""Largest value of each window, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.ops.pooling.pool import PoolingOp, pool_shape
from fastcnn.ops.window import Pair, Window
from fastcnn.typing import Array


@register
class MaxPool2d(PoolingOp):
    """Largest value of each window; padding counts as minus infinity.

        y[n, c, i, j] = max over p, q of x[n, c, i sh + p dh - top, j sw + q dw - left]

    Args:
        kernel_size, strides: Vertical, horizontal; in pixels.
        pads: Top, left, bottom, right; in pixels, each smaller than the dilated kernel.
        dilations: Vertical, horizontal; in pixels.
        ceil_mode: 1 rounds OH and OW up where a window still begins inside the padded image.

    Shape:
        x: [N, C, H, W]. y: [N, C, OH, OW], OH = floor((H + top + bottom - dh (KH - 1) - 1) / sh)
        + 1, or rounded up.
    NaN:
        A NaN in a window reaches y.
    """

    name = "max_pool2d"

    def infer(
        self,
        x: Type,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Type:
        return pool_shape(self.name, x, Window(kernel_size, strides, pads, dilations, ceil_mode))

    def reference(
        self,
        x: Array,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Array:
        windows = Window(kernel_size, strides, pads, dilations, ceil_mode).view(
            x, fill=-np.inf, over=-np.inf
        )
        y: Array = windows.max(axis=(4, 5))
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        window: dict[str, Any] = dict(node.attrs)
        return [g.apply("max_pool2d_backward", grad_y, node.inputs[0], node.output, **window)]


@register
class MaxPool2dBackward(Op):
    """Gradient of `max_pool2d` by x.

    grad_y goes to the first pixel of its window, row by row, that equals y: to none where y is a
    NaN. Pixels in several windows collect the sum.

    Shape:
        grad_y, y: [N, C, OH, OW]. x, grad_x: [N, C, H, W].
    """

    name = "max_pool2d_backward"

    def infer(
        self,
        grad_y: Type,
        x: Type,
        y: Type,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Type:
        checks.floats(self.name, grad_y=grad_y, y=y)
        expected = pool_shape(
            self.name, x, Window(kernel_size, strides, pads, dilations, ceil_mode)
        )
        checks.fit(self.name, grad_y.shape, expected.shape, "grad_y")
        checks.fit(self.name, y.shape, expected.shape, "y")
        return x

    def reference(
        self,
        grad_y: Array,
        x: Array,
        y: Array,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Array:
        window = Window(kernel_size, strides, pads, dilations, ceil_mode)
        windows = window.view(x, fill=np.nan, over=np.nan)  # padding equals nothing
        equal = (windows == y[..., None, None]).reshape(*y.shape, kernel_size[0] * kernel_size[1])
        first = equal & (np.cumsum(equal, axis=-1) == 1)
        shares = np.where(first, grad_y[..., None], 0).reshape(windows.shape)
        return window.fold(shares, x.shape[2:])
