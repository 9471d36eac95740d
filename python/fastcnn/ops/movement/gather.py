"""Chosen elements of one axis."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Gather(Op):
    """Elements of one axis, by their indices.

        y[..., i, ...] = x[..., indices[i], ...]

    Args:
        axis: Counted from 0.

    Shape:
        x: any. indices: int32 or int64, any shape; a negative one counts from the end.
        y: x with the axis replaced by the axes of indices.
    """

    name = "gather"

    def infer(self, x: Type, indices: Type, *, axis: int) -> Type:
        checks.indices(self.name, indices=indices)
        checks.axis(self.name, axis, x)
        return Type((*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :]), x.dtype)

    def reference(self, x: Array, indices: Array, *, axis: int) -> Array:
        return np.take(x, indices, axis=axis)
