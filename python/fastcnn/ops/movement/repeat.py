"""Elements repeated: expand and tile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import broadcast, sum_to
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array

Numbers: TypeAlias = "tuple[int | None, ...]"


@register
class Expand(Op):
    """Broadcasts x with a shape, as two inputs are broadcast.

    Args:
        shape: An extent of 1 keeps that of x.

    Shape:
        x: any. y: what x and `shape` both fit.
    """

    name = "expand"
    late = ("shape",)

    def infer(self, x: Type, *, shape: Numbers | None) -> Type:
        shape = checks.length(self.name, "shape", shape)
        if None not in shape:
            checks.integers(self.name, "shape", shape, len(shape), 0)
        return Type(broadcast(self.name, x=x, shape=Type(shape)), x.dtype)

    def reference(self, x: Array, *, shape: tuple[int, ...]) -> Array:
        return np.broadcast_to(x, np.broadcast_shapes(x.shape, shape))

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [sum_to(g, grad_y, node.inputs[0])]


@register
class Tile(Op):
    """Repeats the whole of x along each axis.

        y[i, j, ...] = x[i mod extent 0, j mod extent 1, ...]

    Args:
        repeats: One an axis, at least 0.

    Shape:
        x: any. y: the extents of x times repeats.
    """

    name = "tile"
    late = ("repeats",)

    def infer(self, x: Type, *, repeats: Numbers | None) -> Type:
        repeats = (None,) * x.rank if repeats is None else repeats
        if len(repeats) != x.rank:
            raise ShapeError(f"tile: takes one repeat an axis, x is {x}, repeats are {repeats}")
        if None not in repeats:
            checks.integers(self.name, "repeats", repeats, x.rank, 0)
        extents = [
            None if extent is None or times is None else extent * times
            for extent, times in zip(x.shape, repeats, strict=True)
        ]
        return Type(tuple(extents), x.dtype)

    def reference(self, x: Array, *, repeats: tuple[int, ...]) -> Array:
        return np.tile(x, repeats)
