"""Rectified linear unit and its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Relu(Op):
    """Rectified linear unit, elementwise.

        y = max(x, 0)

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    Source:
        Glorot, Bordes and Bengio, "Deep Sparse Rectifier Neural Networks", AISTATS 2011.
    """

    name = "relu"

    def infer(self, x: Type, **attrs: Any) -> Type:
        return x

    def reference(self, x: Array, **attrs: Any) -> Array:
        return np.maximum(x, 0)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [g.apply("relu_backward", grad_y, node.output)]

    def channels(self, node: Node) -> Sequence[Tie]:
        return [Tie.same(node.inputs[0], 1, node.output, 1)]


@register
class ReluBackward(Op):
    """Gradient of `relu` by its input.

        grad_x = grad_y where y > 0, else 0
    """

    name = "relu_backward"

    def infer(self, grad_y: Type, y: Type, **attrs: Any) -> Type:
        return grad_y

    def reference(self, grad_y: Array, y: Array, **attrs: Any) -> Array:
        return np.where(y > 0, grad_y, 0)
