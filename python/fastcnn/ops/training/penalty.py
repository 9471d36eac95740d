"""Regularisation penalty of one parameter."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Penalty(Op):
    """What regularisation adds to the loss for one parameter.

        y = l1 sum |w| + l2 sum w^2

    It has no gradient: the updates add l1 sign(w) + 2 l2 w themselves.

    Args:
        l1, l2: At least 0.

    Shape:
        w: any. y: a scalar.
    """

    name = "penalty"

    def infer(self, w: Type, *, l1: float, l2: float) -> Type:
        checks.floats(self.name, w=w)
        checks.number(self.name, "l1", l1, 0.0)
        checks.number(self.name, "l2", l2, 0.0)
        return Type(())

    def reference(self, w: Array, *, l1: float, l2: float) -> Array:
        return np.asarray(l1 * np.abs(w).sum() + l2 * (w * w).sum(), w.dtype)
