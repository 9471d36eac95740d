"""Product of two tensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise import Elementwise
from fastcnn.ops.op import register
from fastcnn.typing import Array


@register
class Multiply(Elementwise):
    """Product, elementwise.

        y = a b

    Shape:
        a, b, y: the same; nothing is broadcast.
    """

    name = "multiply"

    def infer(self, a: Type, b: Type) -> Type:
        return checks.same_floats(self.name, a=a, b=b)

    def reference(self, a: Array, b: Array) -> Array:
        return np.multiply(a, b)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        a, b = node.inputs
        return [g.apply("multiply", grad_y, b), g.apply("multiply", grad_y, a)]
