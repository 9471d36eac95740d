"""Sum of two tensors."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.activation import activate, activation_gradient, check_activation
from fastcnn.ops.broadcast import broadcast, sum_to
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.elementwise.binary import tie_broadcast
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Add(Op):
    """Sum, elementwise.

        y = act(a + b)

    Args:
        activation: linear, relu or relu6.

    Shape:
        a, b: broadcast with each other; of one element type, not bool. y: what both fit.
    """

    name = "add"

    def infer(self, a: Type, b: Type, *, activation: str = "linear") -> Type:
        check_activation(self.name, activation)
        dtype = checks.numeric(self.name, a=a, b=b)
        return Type(broadcast(self.name, a=a, b=b), dtype)

    def reference(self, a: Array, b: Array, *, activation: str = "linear") -> Array:
        return activate(a + b, activation)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        grad = activation_gradient(g, grad_y, node.output, node.attrs.get("activation"))
        return [sum_to(g, grad, value) for value in node.inputs]

    def channels(self, node: Node) -> Sequence[Tie]:
        return tie_broadcast(node)
