"""Activation functions that have parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import scalar, sum_to
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.elementwise.binary import tie_broadcast
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.elementwise.functions import erf
from fastcnn.ops.op import Op, number, register
from fastcnn.typing import Array


@register
class Elu(Elementwise):
    """Exponential linear unit, elementwise.

        y = x where x > 0, else alpha (exp(x) - 1)

    Source:
        Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by
        Exponential Linear Units (ELUs)", ICLR 2016.
    """

    name = "elu"

    def infer(self, x: Type, *, alpha: float) -> Type:
        checks.number(self.name, "alpha", alpha)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, alpha: float) -> Array:
        return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        return [_elu_gradient(g, node, grads[0], 1.0, number(node, "alpha"))]


@register
class Selu(Elementwise):
    """Scaled exponential linear unit, elementwise.

        y = gamma (x where x > 0, else alpha (exp(x) - 1))

    Source:
        Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017.
    """

    name = "selu"

    def infer(self, x: Type, *, alpha: float, gamma: float) -> Type:
        checks.number(self.name, "alpha", alpha)
        checks.number(self.name, "gamma", gamma)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, alpha: float, gamma: float) -> Array:
        return gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        gamma = number(node, "gamma")
        return [_elu_gradient(g, node, grads[0], gamma, gamma * number(node, "alpha"))]


@register
class Gelu(Elementwise):
    """Gaussian error linear unit, elementwise.

        y = x Phi(x) = x / 2 (1 + erf(x / sqrt(2)))

    Args:
        approximate: "none"; or "tanh": y = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).

    Source:
        Hendrycks and Gimpel, "Gaussian Error Linear Units (GELUs)", arXiv:1606.08415, 2016.
    """

    name = "gelu"

    def infer(self, x: Type, *, approximate: str) -> Type:
        checks.choice(self.name, "approximate", approximate, ("none", "tanh"))
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, approximate: str) -> Array:
        if approximate == "tanh":
            inner = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
        else:
            inner = np.asarray(erf(x / math.sqrt(2)) if x.size else x, x.dtype)
        y: Array = x / 2 * (1 + inner)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """(1 + f(u)) / 2 + x / 2 f'(u) u', with f and u as above."""
        (grad_y,) = grads
        assert grad_y is not None
        x = node.inputs[0]
        if node.attrs["approximate"] == "tanh":
            c, square = math.sqrt(2 / math.pi), g.apply("multiply", x, x)
            u_over_x = _affine(g, square, 0.044715 * c, c)
            f = g.apply("tanh", g.apply("multiply", x, u_over_x))
            slope = g.apply("tanh_backward", _affine(g, square, 3 * 0.044715 * c, c), f)
        else:
            f = g.apply("erf", g.apply("scale", x, factor=1 / math.sqrt(2)))
            bell = g.apply("exp", g.apply("scale", g.apply("multiply", x, x), factor=-0.5))
            slope = g.apply("scale", bell, factor=math.sqrt(2 / math.pi))
        inner = g.apply("add", _affine(g, f, 1, 1), g.apply("multiply", x, slope))
        return [g.apply("multiply", grad_y, g.apply("scale", inner, factor=0.5))]


@register
class Swish(Elementwise):
    """Sigmoid-weighted linear unit, elementwise.

        y = x sigmoid(beta x)

    Source:
        Ramachandran, Zoph and Le, "Searching for Activation Functions", arXiv:1710.05941, 2017.
    """

    name = "swish"

    def infer(self, x: Type, *, beta: float) -> Type:
        checks.number(self.name, "beta", beta)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, beta: float) -> Array:
        small = np.exp(-np.abs(beta * x))  # never overflows
        y: Array = x * np.where(beta * x >= 0, 1, small) / (1 + small)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        """The slope s + beta x s (1 - s), s = sigmoid(beta x)."""
        (grad_y,) = grads
        assert grad_y is not None
        inner = g.apply("scale", node.inputs[0], factor=number(node, "beta"))
        s = g.apply("sigmoid", inner)
        slope = g.apply("add", s, g.apply("sigmoid_backward", inner, s))
        return [g.apply("multiply", grad_y, slope)]


@register
class HardSigmoid(Elementwise):
    """A sigmoid of straight lines, elementwise.

    y = min(max(alpha x + beta, 0), 1)
    """

    name = "hard_sigmoid"

    def infer(self, x: Type, *, alpha: float, beta: float) -> Type:
        checks.number(self.name, "alpha", alpha)
        checks.number(self.name, "beta", beta)
        return checks.same_floats(self.name, x=x)

    def reference(self, x: Array, *, alpha: float, beta: float) -> Array:
        return np.clip(alpha * x + beta, 0, 1)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        alpha, beta = number(node, "alpha"), number(node, "beta")
        line = _affine(g, node.inputs[0], alpha, beta)
        grad = g.apply("clip_backward", grad_y, line, low=0.0, high=1.0)
        return [g.apply("scale", grad, factor=alpha)]


@register
class Prelu(Op):
    """Leaky rectified linear unit with a slope that is learnt.

        y = x where x > 0, else slope x

    Shape:
        x: any. slope: broadcast to the shape of x. y: as x.
    Source:
        He et al., "Delving Deep into Rectifiers", ICCV 2015.
    """

    name = "prelu"

    def infer(self, x: Type, slope: Type) -> Type:
        checks.real(self.name, x=x, slope=slope)
        checks.broadcast_to(self.name, slope.shape, x.shape, "slope")
        return x

    def reference(self, x: Array, slope: Array) -> Array:
        return np.where(x > 0, x, slope * x)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        x, slope = node.inputs
        zero = scalar(g, 0)
        positive = g.apply("greater", x, zero)
        grad_x = g.apply("where", positive, grad_y, g.apply("multiply", grad_y, slope))
        grad_slope = g.apply("where", positive, zero, g.apply("multiply", grad_y, x))
        return [grad_x, sum_to(g, grad_slope, slope)]

    def channels(self, node: Node) -> Sequence[Tie]:
        return tie_broadcast(node)


def _elu_gradient(g: Builder, node: Node, grad_y: Value | None, right: float, left: float) -> Value:
    """`right` where x > 0, else y + `left`: the derivative of left (exp(x) - 1)."""
    assert grad_y is not None
    positive = g.apply("greater", node.inputs[0], scalar(g, 0))
    slope = g.apply("where", positive, scalar(g, right), _affine(g, node.output, 1, left))
    return g.apply("multiply", grad_y, slope)


def _affine(g: Builder, x: Value, factor: float, offset: float) -> Value:
    scaled = x if factor == 1 else g.apply("scale", x, factor=float(factor))
    return g.apply("add", scaled, scalar(g, offset))
