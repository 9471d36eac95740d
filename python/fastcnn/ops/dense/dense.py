"""Fully connected layer and its gradients."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.activation import activate, activation_gradient, check_activation
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Dense(Op):
    """Fully connected layer.

        y = act(x w + b)

    Args:
        activation: linear, relu or relu6.

    Shape:
        x: [N, K]. w: [K, M]. b: [M]. y: [N, M].
    """

    name = "dense"

    def infer(self, x: Type, w: Type, b: Type, *, activation: str = "linear") -> Type:
        checks.floats(self.name, x=x, w=w, b=b)
        checks.rank(self.name, 2, x=x, w=w)
        checks.fit(self.name, w.shape, (x.shape[1], None), "w")
        checks.fit(self.name, b.shape, (w.shape[1],), "b")
        check_activation(self.name, activation)
        return Type((x.shape[0], w.shape[1]))

    def reference(self, x: Array, w: Array, b: Array, *, activation: str = "linear") -> Array:
        return activate(x @ w + b, activation)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        x, w, _ = node.inputs
        grad = activation_gradient(g, grad_y, node.output, node.attrs.get("activation"))
        return [
            g.apply("dense_backward_data", grad, w),
            g.apply("dense_backward_weights", x, grad),
            g.apply("channel_sum", grad),
        ]

    def channels(self, node: Node) -> Sequence[Tie]:
        x, w, b = node.inputs
        return [Tie.same(x, 1, w, 0), Tie.same(w, 1, b, 0), Tie.same(w, 1, node.output, 1)]


@register
class DenseBackwardData(Op):
    """Gradient of `dense` by x.

        grad_x = grad_y w^T

    Shape:
        grad_y: [N, M]. w: [K, M]. grad_x: [N, K].
    """

    name = "dense_backward_data"

    def infer(self, grad_y: Type, w: Type) -> Type:
        checks.floats(self.name, grad_y=grad_y, w=w)
        checks.rank(self.name, 2, grad_y=grad_y, w=w)
        checks.fit(self.name, grad_y.shape, (None, w.shape[1]), "grad_y")
        return Type((grad_y.shape[0], w.shape[0]))

    def reference(self, grad_y: Array, w: Array) -> Array:
        grad_x: Array = grad_y @ w.T
        return grad_x


@register
class DenseBackwardWeights(Op):
    """Gradient of `dense` by w.

        grad_w = x^T grad_y

    Shape:
        x: [N, K]. grad_y: [N, M]. grad_w: [K, M].
    """

    name = "dense_backward_weights"

    def infer(self, x: Type, grad_y: Type) -> Type:
        checks.floats(self.name, x=x, grad_y=grad_y)
        checks.rank(self.name, 2, x=x, grad_y=grad_y)
        checks.fit(self.name, grad_y.shape, (x.shape[0], None), "grad_y")
        return Type((x.shape[1], grad_y.shape[1]))

    def reference(self, x: Array, grad_y: Array) -> Array:
        grad_w: Array = x.T @ grad_y
        return grad_w
