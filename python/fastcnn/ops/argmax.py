"""The class with the highest score."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Argmax(Op):
    """The class with the highest score; the first of equals.

        y[n] = argmax over c of x[n, c]

    Shape:
        x: [N, C]. y: int32 [N].
    """

    name = "argmax"

    def infer(self, x: Type) -> Type:
        checks.floats(self.name, x=x)
        checks.rank(self.name, 2, x=x)
        return Type(x.shape[:1], "int32")

    def reference(self, x: Array) -> Array:
        y: Array = np.argmax(x, axis=1).astype(np.int32)
        return y
