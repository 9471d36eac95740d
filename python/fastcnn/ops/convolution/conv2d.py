"""Convolution."""

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
from fastcnn.ops.op import Op, register
from fastcnn.ops.window import Pair, Window
from fastcnn.typing import Array, Shape


@register
class Conv2d(Op):
    """Two-dimensional convolution (cross-correlation) in groups, with bias and activation.

        y[n, o, i, j] = act(b[o] + residual[n, o, i, j]
                            + sum over c, p, q of w[o, c, p, q] x[n, c', i sh + p dh - top,
                                                                       j sw + q dw - left])

    where c' is channel c of the group of o, and x is 0 outside the image.

    Args:
        strides, dilations: Vertical, horizontal; in pixels.
        pads: Top, left, bottom, right; in pixels.
        groups: Divides C and OC. Output channels of one group read input channels of that group;
            groups = C is a depthwise convolution.
        activation: linear, relu or relu6.

    Shape:
        x: [N, C, H, W]. w: [OC, C / groups, KH, KW]. b: [OC]. residual, if given, and y:
        [N, OC, OH, OW], OH = floor((H + top + bottom - dh (KH - 1) - 1) / sh) + 1; OW likewise.
    """

    name = "conv2d"

    def infer(
        self,
        x: Type,
        w: Type,
        b: Type,
        residual: Type | None = None,
        *,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair,
        groups: int,
        activation: str = "linear",
    ) -> Type:
        checks.floats(self.name, x=x, w=w, b=b)
        checks.rank(self.name, 4, x=x, w=w)
        channels = check_groups(self.name, w.shape, groups)
        checks.fit(self.name, x.shape, (None, channels, None, None), "x")
        checks.fit(self.name, b.shape, w.shape[:1], "b")
        check_activation(self.name, activation)
        shape = output_shape(self.name, x.shape, w.shape, strides, pads, dilations)
        if residual is not None:
            checks.floats(self.name, residual=residual)
            shape = checks.fit(self.name, residual.shape, shape, "residual")
        return Type(shape)

    def reference(
        self,
        x: Array,
        w: Array,
        b: Array,
        residual: Array | None = None,
        *,
        strides: Pair,
        pads: tuple[int, int, int, int],
        dilations: Pair,
        groups: int,
        activation: str = "linear",
    ) -> Array:
        windows = Window(w.shape[2:], strides, pads, dilations).view(x)
        parts = [
            np.tensordot(windows_of_group, w_of_group, axes=((1, 4, 5), (1, 2, 3)))
            for windows_of_group, w_of_group in zip(
                np.split(windows, groups, axis=1), np.split(w, groups), strict=True
            )
        ]
        y = np.concatenate(parts, axis=3) + b
        y = np.moveaxis(y, 3, 1)
        return activate(y if residual is None else y + residual, activation)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        x, w, _, *residual = node.inputs
        grad = activation_gradient(g, grad_y, node.output, node.attrs.get("activation"))
        window: dict[str, Any] = {
            name: node.attrs[name] for name in ("strides", "pads", "dilations", "groups")
        }
        size = tuple(checks.known(self.name, extent, "the image size") for extent in x.shape[2:])
        kernel = tuple(checks.known(self.name, extent, "kernel_size") for extent in w.shape[2:])
        return [
            g.apply("conv2d_backward_data", grad, w, input_size=size, **window),
            g.apply("conv2d_backward_weights", grad, x, kernel_size=kernel, **window),
            g.apply("channel_sum", grad),
            *(grad for _ in residual),
        ]

    def channels(self, node: Node) -> Sequence[Tie]:
        x, w, b, *residual = node.inputs
        y, groups = node.output, node.attrs["groups"]
        assert isinstance(groups, int)
        ties = [Tie.same(w, 0, b, 0), Tie.same(w, 0, y, 1)]
        for value in residual:
            ties.append(Tie.same(y, 1, value, 1))
        for value in (x, y, *residual):
            ties += fix_axes(value, (2, 3))
        ties += fix_axes(w, (2, 3))
        return ties + _tie_groups(x, w, groups)


def check_groups(op: str, w: Shape, groups: int) -> int:
    """C, from w [OC, C / groups, ...]; raises unless `groups` divides OC."""
    checks.integer(op, "groups", groups, 1)
    outputs, inputs = (checks.known(op, extent, "the shape of w") for extent in w[:2])
    if outputs % groups:
        raise ShapeError(f"{op}: groups must divide the output channels, {outputs} / {groups}")
    return inputs * groups


def output_shape(
    op: str, x: Shape, w: Shape, strides: Pair, pads: tuple[int, int, int, int], dilations: Pair
) -> Shape:
    """Shape of y, from those of x and w; raises where an attribute is outside its limits."""
    kh, kw = (checks.known(op, extent, "the kernel size") for extent in w[2:])
    window = Window((kh, kw), strides, pads, dilations)
    window.check(op)
    return (x[0], w[0], *window.output_size(op, (x[2], x[3])))


def _tie_groups(x: Value, w: Value, groups: int) -> list[Tie]:
    """Ties input channels to weights, and groups to each other so that they stay of one size."""
    channels, (outputs, inputs) = x.shape[1], w.shape[:2]
    assert channels is not None
    assert outputs is not None
    assert inputs is not None
    every_input, every_output = np.arange(channels), np.arange(outputs)
    if inputs == 1 and groups > 1:  # depthwise: whole groups go
        of_output = every_output // (outputs // groups)
        return [Tie.pairs(w, 0, every_output, x, 1, of_output), *fix_axes(w, (1,))]
    ties = [Tie.pairs(x, 1, every_input, w, 1, every_input % inputs)]
    if groups > 1:  # the same position goes in every group
        ties.append(Tie.pairs(w, 0, every_output, w, 0, every_output % (outputs // groups)))
    return ties
