"""Sum of two tensors."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.activation import activate, activation_gradient, check_activation
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise import Elementwise
from fastcnn.ops.op import register
from fastcnn.typing import Array


@register
class Add(Elementwise):
    """Sum, elementwise.

        y = act(a + b)

    Args:
        activation: linear, relu or relu6.

    Shape:
        a, b, y: the same; nothing is broadcast.
    """

    name = "add"

    def infer(self, a: Type, b: Type, *, activation: str = "linear") -> Type:
        check_activation(self.name, activation)
        return checks.same_floats(self.name, a=a, b=b)

    def reference(self, a: Array, b: Array, *, activation: str = "linear") -> Array:
        return activate(a + b, activation)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        grad = activation_gradient(g, grad_y, node.output, node.attrs.get("activation"))
        return [grad, grad]
