"""Shapes as tensors, and tensors out of numbers: shape_of, fill, range."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import DTYPES, Array, DType

Numbers: TypeAlias = "tuple[int | None, ...]"
_END = 2**31 - 1
_MAX_RANGE = 2**24


@register
class ShapeOf(Op):
    """The extents of x, from axis `start` to before axis `stop`, as Python slices them.

    Shape:
        x: any. y: int64 [axes].
    """

    name = "shape_of"

    def infer(self, x: Type, *, start: int = 0, stop: int = _END) -> Type:
        for name, value in (("start", start), ("stop", stop)):
            checks.integer(self.name, name, value, -_END)
        return Type((len(x.shape[start:stop]),), "int64")

    def reference(self, x: Array, *, start: int = 0, stop: int = _END) -> Array:
        return np.array(x.shape[start:stop], np.int64)


@register
class Fill(Op):
    """A tensor of one number.

    Shape:
        y: shape, of type dtype.
    """

    name = "fill"
    late = ("shape",)

    def infer(self, *, shape: Numbers | None, value: float, dtype: DType) -> Type:
        shape = checks.length(self.name, "shape", shape)
        checks.choice(self.name, "dtype", dtype, DTYPES)
        if None not in shape:
            checks.integers(self.name, "shape", shape, len(shape), 0)
        if not isinstance(value, int | float):
            raise InvalidValueError(f"fill: value must be a number, not {value!r}")
        return Type(tuple(shape), dtype)

    def reference(self, *, shape: tuple[int, ...], value: float, dtype: DType) -> Array:
        return np.full(shape, value, dtype)


@register
class Range(Op):
    """Numbers at equal distances.

        y[i] = start + i delta,   for i from 0 to below (limit - start) / delta

    Shape:
        start, limit, delta: scalars of one element type. y: [ceil((limit - start) / delta)].
    """

    name = "range"

    def infer(self, start: Type, limit: Type, delta: Type) -> Type:
        dtype = checks.numeric(self.name, start=start, limit=limit, delta=delta)
        checks.rank(self.name, 0, start=start, limit=limit, delta=delta)
        return Type((None,), dtype)

    def reference(self, start: Array, limit: Array, delta: Array) -> Array:
        count = math.ceil((limit.item() - start.item()) / delta.item()) if delta else -1
        if not 0 <= max(count, 0) <= _MAX_RANGE or not delta:
            raise InvalidValueError(
                f"range: from {start} to {limit} by {delta} must be at most {_MAX_RANGE} numbers"
            )
        y: Array = (start + np.arange(max(count, 0)) * delta).astype(start.dtype)
        return y
