"""Functions of one number, elementwise: the mathematics."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import scalar
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.op import add
from fastcnn.typing import Array

Derivative: TypeAlias = Callable[[Builder, Value, Value, Value], Value | None]
"""grad_x from (g, grad_y, x, y); None where the derivative is zero."""


@dataclass(frozen=True, eq=False)
class Function(Elementwise):
    """A function of one number, elementwise.

        y = function(x)

    Shape:
        x: any. y: as x.
    NaN:
        A NaN in x reaches y.
    """

    name: str
    function: Callable[[Array], Array]
    derivative: Derivative
    integers: bool = False
    """Whether x may be integers too."""

    def infer(self, x: Type) -> Type:
        (checks.numeric if self.integers else checks.real)(self.name, x=x)
        return x

    def reference(self, x: Array) -> Array:
        return self.function(x)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [self.derivative(g, grad_y, node.inputs[0], node.output)]


erf = np.vectorize(math.erf, otypes=[np.float64])
"""The error function, in float64."""


def _erf(x: Array) -> Array:
    return np.asarray(erf(x) if x.size else x, x.dtype)


def _zero(g: Builder, grad: Value, x: Value, y: Value) -> None:
    """Flat between its steps."""


def _abs(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("multiply", grad, g.apply("sign", x))


def _negative(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("negative", grad)


def _reciprocal(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    """-y^2."""
    return g.apply("negative", g.apply("multiply", grad, g.apply("multiply", y, y)))


def _exp(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("multiply", grad, y)


def _log(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("divide", grad, x)


def _sqrt(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    """1 / (2 y)."""
    return g.apply("scale", g.apply("divide", grad, y), factor=0.5)


def _erf_derivative(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    """2 / sqrt(pi) exp(-x^2)."""
    bell = g.apply("exp", g.apply("negative", g.apply("multiply", x, x)))
    return g.apply("scale", g.apply("multiply", grad, bell), factor=2 / math.sqrt(math.pi))


def _sin(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("multiply", grad, g.apply("cos", x))


def _cos(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("negative", g.apply("multiply", grad, g.apply("sin", x)))


def _softplus(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    return g.apply("multiply", grad, g.apply("sigmoid", x))


def _softsign(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    """1 / (1 + |x|)^2."""
    below = g.apply("add", g.apply("abs", x), scalar(g, 1))
    return g.apply("divide", grad, g.apply("multiply", below, below))


def _mish(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    """The slope t + x sigmoid(x) (1 - t^2), t = tanh(softplus(x))."""
    t = g.apply("tanh", g.apply("softplus", x))
    slope = g.apply("tanh_backward", g.apply("multiply", x, g.apply("sigmoid", x)), t)
    return g.apply("multiply", grad, g.apply("add", t, slope))


def _hard_swish(g: Builder, grad: Value, x: Value, y: Value) -> Value:
    """clip(x / 6 + 1/2, 0, 1), and x / 6 more where that is not clipped."""
    share = g.apply("multiply", grad, g.apply("hard_sigmoid", x, alpha=1 / 6, beta=0.5))
    inner = g.apply("scale", g.apply("multiply", grad, x), factor=1 / 6)
    return g.apply("add", share, g.apply("clip_backward", inner, x, low=-3.0, high=3.0))


def softplus(x: Array) -> Array:
    """log(1 + e^x), which never overflows so written."""
    y: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
    return y


for _op in (
    Function("abs", np.abs, _abs, integers=True),
    Function("negative", np.negative, _negative, integers=True),
    Function("sign", np.sign, _zero, integers=True),
    Function("floor", np.floor, _zero),
    Function("ceil", np.ceil, _zero),
    Function("round", np.rint, _zero),
    Function("reciprocal", np.reciprocal, _reciprocal),
    Function("exp", np.exp, _exp),
    Function("log", np.log, _log),
    Function("sqrt", np.sqrt, _sqrt),
    Function("erf", _erf, _erf_derivative),
    Function("sin", np.sin, _sin),
    Function("cos", np.cos, _cos),
    Function("softplus", softplus, _softplus),
    Function("softsign", lambda x: x / (1 + np.abs(x)), _softsign),
    Function("mish", lambda x: x * np.tanh(softplus(x)), _mish),
    Function("hard_swish", lambda x: x * np.clip(x / 6 + 0.5, 0, 1), _hard_swish),
):
    add(_op)
