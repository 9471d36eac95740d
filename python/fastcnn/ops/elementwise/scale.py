"""Product with a constant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.op import register
from fastcnn.typing import Array


@register
class Scale(Elementwise):
    """Product with a constant, elementwise.

        y = factor x

    Shape:
        x: any. y: as x.
    """

    name = "scale"

    def infer(self, x: Type, *, factor: float) -> Type:
        checks.number(self.name, "factor", factor)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, factor: float) -> Array:
        return np.multiply(x, factor)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("scale", grad_y, factor=node.attrs["factor"])]
