"""The two gradients of a convolution."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.convolution.conv2d import check_groups, output_shape
from fastcnn.ops.op import Op, register
from fastcnn.ops.window import Pair, Window
from fastcnn.typing import Array


@register
class Conv2dBackwardData(Op):
    """Gradient of `conv2d` by x: the transposed convolution.

        grad_x[n, c', i sh + p dh - top, j sw + q dw - left] += w[o, c, p, q] grad_y[n, o, i, j]

    from residual, or 0 where it is not given.

    Shape:
        grad_y: [N, OC, OH, OW]. w: [OC, C / groups, KH, KW]. residual, if given, and grad_x:
        [N, C, *input_size].
    """

    name = "conv2d_backward_data"

    def infer(
        self,
        grad_y: Type,
        w: Type,
        residual: Type | None = None,
        *,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair,
        groups: int,
        input_size: Pair,
    ) -> Type:
        checks.floats(self.name, grad_y=grad_y, w=w)
        checks.rank(self.name, 4, grad_y=grad_y, w=w)
        checks.integers(self.name, "input_size", input_size, 2, 1)
        channels = check_groups(self.name, w.shape, groups)
        x = (grad_y.shape[0], channels, *input_size)
        y = output_shape(self.name, x, w.shape, strides, pads, dilations)
        checks.fit(self.name, grad_y.shape, y, "grad_y")
        if residual is None:
            return Type(x)
        checks.floats(self.name, residual=residual)
        return Type(checks.fit(self.name, residual.shape, x, "residual"))

    def reference(
        self,
        grad_y: Array,
        w: Array,
        residual: Array | None = None,
        *,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair,
        groups: int,
        input_size: Pair,
    ) -> Array:
        parts = [
            np.tensordot(grad_of_group, w_of_group, axes=(1, 0))
            for grad_of_group, w_of_group in zip(
                np.split(grad_y, groups, axis=1), np.split(w, groups), strict=True
            )
        ]
        windows = np.moveaxis(np.concatenate(parts, axis=3), 3, 1)
        grad_x = Window(w.shape[2:], strides, pads, dilations).fold(windows, input_size)
        return grad_x if residual is None else grad_x + residual


@register
class Conv2dBackwardWeights(Op):
    """Gradient of `conv2d` by w.

        grad_w[o, c, p, q] = sum over n, i, j of
            grad_y[n, o, i, j] x[n, c', i sh + p dh - top, j sw + q dw - left]

    Shape:
        grad_y: [N, OC, OH, OW]. x: [N, C, H, W]. grad_w: [OC, C / groups, *kernel_size].
    """

    name = "conv2d_backward_weights"

    def infer(
        self,
        grad_y: Type,
        x: Type,
        *,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair,
        groups: int,
        kernel_size: Pair,
    ) -> Type:
        checks.floats(self.name, grad_y=grad_y, x=x)
        checks.rank(self.name, 4, grad_y=grad_y, x=x)
        checks.integers(self.name, "kernel_size", kernel_size, 2, 1)
        checks.integer(self.name, "groups", groups, 1)
        outputs = checks.known(self.name, grad_y.shape[1], "the channels of grad_y")
        channels = checks.known(self.name, x.shape[1], "the channels of x")
        w = (outputs, channels // groups, *kernel_size)
        checks.fit(self.name, x.shape, (None, check_groups(self.name, w, groups), None, None), "x")
        y = output_shape(self.name, x.shape, w, strides, pads, dilations)
        checks.fit(self.name, grad_y.shape, y, "grad_y")
        return Type(w)

    def reference(
        self,
        grad_y: Array,
        x: Array,
        *,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair,
        groups: int,
        kernel_size: Pair,
    ) -> Array:
        windows = Window(kernel_size, strides, pads, dilations).view(x)
        return np.concatenate(
            [
                np.tensordot(grad_of_group, windows_of_group, axes=((0, 2, 3), (0, 2, 3)))
                for grad_of_group, windows_of_group in zip(
                    np.split(grad_y, groups, axis=1), np.split(windows, groups, axis=1), strict=True
                )
            ]
        )
