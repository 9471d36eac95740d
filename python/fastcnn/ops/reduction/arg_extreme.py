"""Where the extreme of an axis is: argmax and argmin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, add
from fastcnn.typing import Array


@dataclass(frozen=True, eq=False)
class ArgExtreme(Op):
    """Index of the extreme element along one axis.

        y[n] = argmax over c of x[n, c]

    Args:
        axis: Counted from 0.
        keepdims: 1: the axis stays, with extent 1. 0: it goes.
        select_last: 0: the first of equals. 1: the last.

    Shape:
        x: any, with an element or more along the axis. y: int32, x without the axis.
    NaN:
        A NaN is the extreme.
    """

    name: str
    function: Callable[..., Array]

    def infer(self, x: Type, *, axis: int = 1, keepdims: int = 0, select_last: int = 0) -> Type:
        checks.numeric(self.name, x=x)
        checks.axis(self.name, axis, x)
        checks.flag(self.name, "select_last", select_last)
        if x.shape[axis] == 0:
            raise ShapeError(f"{self.name}: axis {axis} of x must not be empty, x is {x}")
        kept = (1,) if checks.flag(self.name, "keepdims", keepdims) else ()
        return Type((*x.shape[:axis], *kept, *x.shape[axis + 1 :]), "int32")

    def reference(
        self, x: Array, *, axis: int = 1, keepdims: int = 0, select_last: int = 0
    ) -> Array:
        if select_last:
            turned = self.function(np.flip(x, axis), axis=axis, keepdims=bool(keepdims))
            return np.asarray(x.shape[axis] - 1 - turned, np.int32)
        return np.asarray(self.function(x, axis=axis, keepdims=bool(keepdims)), np.int32)


add(ArgExtreme("argmax", np.argmax))
add(ArgExtreme("argmin", np.argmin))
