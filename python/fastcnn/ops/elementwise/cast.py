"""The same numbers in another element type."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.op import register
from fastcnn.typing import DTYPES, Array, DType


@register
class Cast(Elementwise):
    """The same numbers in another element type.

    Floats become integers towards zero; what the type cannot hold becomes an unspecified number
    of it. To bool: whether x differs from 0.

    Shape:
        x: any. y: as x, of type dtype.
    """

    name = "cast"

    def infer(self, x: Type, *, dtype: DType) -> Type:
        checks.choice(self.name, "dtype", dtype, DTYPES)
        return Type(x.shape, dtype)

    def reference(self, x: Array, *, dtype: DType) -> Array:
        with np.errstate(invalid="ignore", over="ignore"):
            return x.astype(dtype)
