"""The largest or smallest elements along an axis."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class TopK(Op):
    """The k largest elements along an axis, and where they are.

    Args:
        k: From 0 to the extent of the axis.
        axis: Counted from 0.
        largest: 1: the largest. 0: the smallest.
        sorted: 1: the extreme one first. 0: in any order, which is the same here.

    Shape:
        x: any. values, indices (int32): as x, but for k along the axis.
    NaN:
        A NaN is larger than any number.
    """

    name = "top_k"
    late = ("k",)
    late_scalars = ("k",)

    def infer(
        self, x: Type, *, k: int | None, axis: int, largest: int, sorted: int
    ) -> tuple[Type, Type]:
        dtype = checks.numeric(self.name, x=x)
        checks.axis(self.name, axis, x)
        checks.flag(self.name, "largest", largest)
        checks.flag(self.name, "sorted", sorted)
        extent = x.shape[axis]
        if k is not None and checks.integer(self.name, "k", k, 0) > (
            k if extent is None else extent
        ):
            raise ShapeError(f"top_k: k is {k}, axis {axis} of x has {extent}")
        shape = (*x.shape[:axis], k, *x.shape[axis + 1 :])
        return Type(shape, dtype), Type(shape, "int32")

    def reference(
        self, x: Array, *, k: int, axis: int, largest: int, sorted: int
    ) -> tuple[Array, Array]:
        if largest:  # equal ones in the order of their indices: turned twice
            order = np.argsort(np.flip(x, axis), axis=axis, kind="stable")
            order = x.shape[axis] - 1 - np.flip(order, axis)
        else:
            order = np.argsort(x, axis=axis, kind="stable")
        indices = np.take(order, np.arange(k), axis=axis)
        return np.take_along_axis(x, indices, axis=axis), indices.astype(np.int32)
