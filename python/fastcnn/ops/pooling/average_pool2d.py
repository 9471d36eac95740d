"""Mean of each window, and its gradient."""

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
class AveragePool2d(PoolingOp):
    """Mean of each window.

        y[n, c, i, j] = (sum over p, q of x[n, c, i sh + p dh - top, j sw + q dw - left]) / count

    where x is 0 outside the image.

    Args:
        kernel_size, strides: Vertical, horizontal; in pixels.
        pads: Top, left, bottom, right; in pixels, each smaller than the dilated kernel.
        dilations: Vertical, horizontal; in pixels.
        ceil_mode: 1 rounds OH and OW up where a window still begins inside the padded image.
        count_include_pad: 1: count = KH KW. 0: count = the pixels of the window inside the image.

    Shape:
        x: [N, C, H, W]. y: [N, C, OH, OW], OH = floor((H + top + bottom - dh (KH - 1) - 1) / sh)
        + 1, or rounded up.
    """

    name = "average_pool2d"

    def infer(
        self,
        x: Type,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        count_include_pad: int,
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Type:
        checks.flag(self.name, "count_include_pad", count_include_pad)
        return pool_shape(self.name, x, Window(kernel_size, strides, pads, dilations, ceil_mode))

    def reference(
        self,
        x: Array,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        count_include_pad: int,
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Array:
        window = Window(kernel_size, strides, pads, dilations, ceil_mode)
        y: Array = window.view(x).sum(axis=(4, 5))
        y = y / _count(window, x.shape[2:], count_include_pad, x.dtype)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        h, w = (
            checks.known(self.name, size, "the image size") for size in node.inputs[0].shape[2:]
        )
        window: dict[str, Any] = dict(node.attrs)
        return [g.apply("average_pool2d_backward", grad_y, input_size=(h, w), **window)]


@register
class AveragePool2dBackward(Op):
    """Gradient of `average_pool2d` by x: every pixel of a window gets grad_y / count.

    Shape:
        grad_y: [N, C, OH, OW]. grad_x: [N, C, *input_size].
    """

    name = "average_pool2d_backward"

    def infer(
        self,
        grad_y: Type,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        count_include_pad: int,
        input_size: Pair,
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Type:
        checks.floats(self.name, grad_y=grad_y)
        checks.rank(self.name, 4, grad_y=grad_y)
        checks.flag(self.name, "count_include_pad", count_include_pad)
        checks.integers(self.name, "input_size", input_size, 2, 1)
        x = Type((*grad_y.shape[:2], *input_size))
        expected = pool_shape(
            self.name, x, Window(kernel_size, strides, pads, dilations, ceil_mode)
        )
        checks.fit(self.name, grad_y.shape, expected.shape, "grad_y")
        return x

    def reference(
        self,
        grad_y: Array,
        *,
        kernel_size: Pair,
        strides: Pair,
        pads: tuple[int, int, int, int],
        count_include_pad: int,
        input_size: Pair,
        dilations: Pair = (1, 1),
        ceil_mode: int = 0,
    ) -> Array:
        window = Window(kernel_size, strides, pads, dilations, ceil_mode)
        share = grad_y / _count(window, input_size, count_include_pad, grad_y.dtype)
        windows = np.broadcast_to(share[..., None, None], (*grad_y.shape, *kernel_size))
        return window.fold(windows, input_size)


def _count(window: Window, input_size: Pair, include_pad: int, dtype: np.dtype[Any]) -> Array:
    """By how many pixels the sum of each window is divided."""
    image = np.ones((1, 1, *input_size), dtype)
    count: Array = window.view(image, fill=1 if include_pad else 0).sum(axis=(4, 5))
    return count
