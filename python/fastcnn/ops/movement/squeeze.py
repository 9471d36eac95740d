"""Axes of extent 1, taken out and put in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Squeeze(Op):
    """Removes axes of extent 1.

    Args:
        axes: Of x, counted from 0.

    Shape:
        x: any, with extent 1 along the axes. y: x without them.
    """

    name = "squeeze"

    def infer(self, x: Type, *, axes: tuple[int, ...]) -> Type:
        checks.axes(self.name, axes, x.rank)
        for axis in axes:
            if x.shape[axis] not in (None, 1):
                raise ShapeError(f"squeeze: axis {axis} of x must have extent 1, x is {x}")
        kept = [extent for axis, extent in enumerate(x.shape) if axis not in axes]
        return Type(tuple(kept), x.dtype)

    def reference(self, x: Array, *, axes: tuple[int, ...]) -> Array:
        return np.squeeze(x, axes)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("unsqueeze", grad_y, axes=node.integers("axes"))]

    def channels(self, node: Node) -> Sequence[Tie]:
        return _tie(node.inputs[0], node.output, node.integers("axes"))


@register
class Unsqueeze(Op):
    """Inserts axes of extent 1.

    Args:
        axes: Of y, counted from 0.

    Shape:
        x: any. y: as x, with extent 1 along the axes.
    """

    name = "unsqueeze"

    def infer(self, x: Type, *, axes: tuple[int, ...]) -> Type:
        count = len(axes) if isinstance(axes, tuple) else 0
        checks.axes(self.name, axes, x.rank + count)
        rest = iter(x.shape)
        return Type(
            tuple(1 if axis in axes else next(rest) for axis in range(x.rank + count)), x.dtype
        )

    def reference(self, x: Array, *, axes: tuple[int, ...]) -> Array:
        return np.expand_dims(x, axes)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("squeeze", grad_y, axes=node.integers("axes"))]

    def channels(self, node: Node) -> Sequence[Tie]:
        return _tie(node.output, node.inputs[0], node.integers("axes"))


def _tie(longer: Value, shorter: Value, axes: tuple[int, ...]) -> list[Tie]:
    """The axes that stay are tied, the ones of extent 1 are fixed."""
    stay = [axis for axis in range(longer.type.rank) if axis not in axes]
    ties = [
        Tie.same(longer, axis, shorter, place)
        for place, axis in enumerate(stay)
        if longer.shape[axis] is not None and shorter.shape[place] is not None
    ]
    return ties + fix_axes(longer, axes)
