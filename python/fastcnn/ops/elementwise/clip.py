"""Clipping to an interval, and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Clip(Elementwise):
    """Clips to an interval, elementwise.

        y = min(max(x, low), high)

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    """

    name = "clip"

    def infer(self, x: Type, *, low: float, high: float) -> Type:
        checks.number(self.name, "high", high, checks.number(self.name, "low", low))
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, low: float, high: float) -> Array:
        return np.clip(x, low, high)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        low, high = node.attrs["low"], node.attrs["high"]
        return [g.apply("clip_backward", grad_y, node.inputs[0], low=low, high=high)]


@register
class ClipBackward(Op):
    """Gradient of `clip` by its input.

        grad_x = grad_y where low < x < high, else 0

    Shape:
        grad_y, x, grad_x: the same.
    """

    name = "clip_backward"

    def infer(self, grad_y: Type, x: Type, *, low: float, high: float) -> Type:
        checks.number(self.name, "high", high, checks.number(self.name, "low", low))
        return checks.same_floats(self.name, grad_y=grad_y, x=x)

    def reference(self, grad_y: Array, x: Array, *, low: float, high: float) -> Array:
        return np.where((low < x) & (x < high), grad_y, 0)
