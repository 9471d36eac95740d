"""Transposed convolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.activation import activate, activation_gradient, check_activation
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.checks import Extent
from fastcnn.ops.convolution.conv2d import check_groups
from fastcnn.ops.op import Op, get, register
from fastcnn.ops.window import Pair, Window
from fastcnn.typing import Array

Pads = tuple[int, int, int, int]


@register
class Conv2dTranspose(Op):
    """Transposed convolution: the backward-data of a convolution, with bias and activation.

        y[n, o, i sh + p dh - top, j sw + q dw - left] += w[c, o', p, q] x[n, c, i, j]

    for the output channels o of the group of c, then b[o] is added and act() applied.

    Args:
        strides, dilations: Vertical, horizontal; in pixels.
        pads: Top, left, bottom, right; in pixels, cut off y.
        groups: Divides IC and OC.
        output_padding: Vertical, horizontal; pixels added to y at the bottom and right.
        activation: linear, relu or relu6.

    Shape:
        x: [N, IC, H, W]. w: [IC, OC / groups, KH, KW]. b: [OC]. y: [N, OC, OH, OW],
        OH = (H - 1) sh - top - bottom + dh (KH - 1) + 1 + output_padding; OW likewise.
    """

    name = "conv2d_transpose"

    def infer(
        self,
        x: Type,
        w: Type,
        b: Type,
        *,
        strides: Pair,
        pads: Pads,
        dilations: Pair,
        groups: int,
        output_padding: Pair = (0, 0),
        activation: str = "linear",
    ) -> Type:
        checks.floats(self.name, x=x, w=w, b=b)
        checks.rank(self.name, 4, x=x, w=w)
        channels = check_groups(self.name, w.shape, groups)
        checks.fit(self.name, x.shape, (None, w.shape[0], None, None), "x")
        checks.fit(self.name, b.shape, (channels,), "b")
        checks.integers(self.name, "output_padding", output_padding, 2, 0)
        check_activation(self.name, activation)
        kh, kw = (checks.known(self.name, extent, "the kernel size") for extent in w.shape[2:])
        window = Window((kh, kw), strides, pads, dilations)
        window.check(self.name)
        size = _output_size(window, x.shape[2:], output_padding)
        return Type((x.shape[0], channels, *size))

    def reference(
        self,
        x: Array,
        w: Array,
        b: Array,
        *,
        strides: Pair,
        pads: Pads,
        dilations: Pair,
        groups: int,
        output_padding: Pair = (0, 0),
        activation: str = "linear",
    ) -> Array:
        window = Window(w.shape[2:], strides, pads, dilations)
        y = get("conv2d_backward_data").reference(
            x,
            w,
            strides=strides,
            pads=pads,
            dilations=dilations,
            groups=groups,
            input_size=_output_size(window, x.shape[2:], output_padding),
        )
        assert not isinstance(y, tuple)
        return activate(y + b[:, None, None], activation)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        x, w, _ = node.inputs
        grad = activation_gradient(g, grad_y, node.output, node.attrs.get("activation"))
        window: dict[str, Any] = {
            name: node.attrs[name] for name in ("strides", "pads", "dilations", "groups")
        }
        kernel = tuple(checks.known(self.name, extent, "kernel_size") for extent in w.shape[2:])
        inputs = checks.known(self.name, w.shape[0], "the shape of w")
        zeros = g.constant(f"{node.name}.zeros", np.zeros(inputs, np.float32))
        return [
            g.apply("conv2d", grad, w, zeros, **window),
            g.apply("conv2d_backward_weights", x, grad, kernel_size=kernel, **window),
            g.apply("channel_sum", grad),
        ]

    def channels(self, node: Node) -> Sequence[Tie]:
        """As of a convolution whose kernel is turned round; with groups, none can go."""
        if node.attrs["groups"] != 1:
            return super().channels(node)
        (x, w, b), y = node.inputs, node.output
        images = [tie for image in (x, y) for tie in fix_axes(image, (2, 3))]
        return [
            Tie.same(x, 1, w, 0),
            Tie.same(w, 1, b, 0),
            Tie.same(w, 1, y, 1),
            *images,
            *fix_axes(w, (2, 3)),
        ]


def _output_size(window: Window, size: Sequence[Extent], more: Pair) -> tuple[Any, Any]:
    """What `output_size` of the window undoes, and `more`."""
    top, left, bottom, right = window.pads
    sizes: list[Extent] = []
    for extent, stride, pad, span, extra in zip(
        size, window.strides, (top + bottom, left + right), window.span, more, strict=True
    ):
        grown = None if extent is None else (extent - 1) * stride - pad + span + extra
        if grown is not None and grown < 1:
            raise ShapeError(
                f"conv2d_transpose: pads {window.pads} leave nothing of an image of {extent} pixels"
            )
        sizes.append(grown)
    return sizes[0], sizes[1]
