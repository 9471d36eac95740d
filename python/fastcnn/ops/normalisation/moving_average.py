"""Moving average of a statistic."""

from __future__ import annotations

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class MovingAverage(Op):
    """Moves a stored statistic towards a new one.

        y = momentum old + (1 - momentum) new

    Args:
        momentum: From 0 to 1.

    Shape:
        old, new, y: the same.
    """

    name = "moving_average"

    def infer(self, old: Type, new: Type, *, momentum: float) -> Type:
        checks.number(self.name, "momentum", momentum, 0.0, 1.0)
        return checks.same_floats(self.name, old=old, new=new)

    def reference(self, old: Array, new: Array, *, momentum: float) -> Array:
        y: Array = momentum * old + (1 - momentum) * new
        return y
