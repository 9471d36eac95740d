"""Leaky rectified linear unit and its gradient."""

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
class LeakyRelu(Elementwise):
    """Leaky rectified linear unit, elementwise.

        y = x where x > 0, else alpha x

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    Source:
        Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models",
        ICML 2013.
    """

    name = "leaky_relu"

    def infer(self, x: Type, *, alpha: float) -> Type:
        checks.number(self.name, "alpha", alpha)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, alpha: float) -> Array:
        return np.where(x > 0, x, alpha * x)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("leaky_relu_backward", grad_y, node.inputs[0], alpha=node.attrs["alpha"])]


@register
class LeakyReluBackward(Op):
    """Gradient of `leaky_relu` by its input.

        grad_x = grad_y where x > 0, else alpha grad_y

    Shape:
        grad_y, x, grad_x: the same.
    """

    name = "leaky_relu_backward"

    def infer(self, grad_y: Type, x: Type, *, alpha: float) -> Type:
        checks.number(self.name, "alpha", alpha)
        return checks.same_floats(self.name, grad_y=grad_y, x=x)

    def reference(self, grad_y: Array, x: Array, *, alpha: float) -> Array:
        return np.where(x > 0, grad_y, alpha * grad_y)
