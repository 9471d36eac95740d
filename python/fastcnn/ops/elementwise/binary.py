"""Arithmetic of two tensors, broadcast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import broadcast, scalar, sum_to
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.op import Op, add
from fastcnn.typing import Array

Function: TypeAlias = Callable[[Array, Array], Array]
Derivative: TypeAlias = Callable[[Builder, Value, Value, Value], tuple[Value, Value]]
"""Gradients by a and b, before they are summed to their shapes, from (g, grad_y, a, b)."""


@dataclass(frozen=True, eq=False)
class Binary(Op):
    """An elementwise function of two tensors.

        y = function(a, b)

    Shape:
        a, b: broadcast with each other; of one element type, not bool. y: what both fit.
    NaN:
        A NaN in a or b reaches y.
    """

    name: str
    function: Function
    derivative: Derivative

    def infer(self, a: Type, b: Type) -> Type:
        dtype = checks.numeric(self.name, a=a, b=b)
        return Type(broadcast(self.name, a=a, b=b), dtype)

    def reference(self, a: Array, b: Array) -> Array:
        return self.function(a, b)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        a, b = node.inputs
        grad_a, grad_b = self.derivative(g, grad_y, a, b)
        return [sum_to(g, grad_a, a), sum_to(g, grad_b, b)]

    def channels(self, node: Node) -> Sequence[Tie]:
        return tie_broadcast(node)


def tie_broadcast(node: Node) -> list[Tie]:
    """An axis of an input is that of the output, unless it is repeated: then it is fixed."""
    y = node.output
    ties = []
    for value in node.inputs:
        added = y.type.rank - value.type.rank
        for axis, extent in enumerate(value.shape):
            if extent is not None and extent == y.shape[axis + added]:
                ties.append(Tie.same(value, axis, y, axis + added))
            elif extent is not None:
                ties.append(Tie.fixed(value, axis))
    return ties


def divide(a: Array, b: Array) -> Array:
    """The quotient; of integers, rounded towards zero."""
    if np.issubdtype(a.dtype, np.floating):
        return np.divide(a, b)
    quotient: Array = np.abs(a) // np.abs(b)
    return np.where((a < 0) != (b < 0), -quotient, quotient).astype(a.dtype)


def _subtract(g: Builder, grad: Value, a: Value, b: Value) -> tuple[Value, Value]:
    return grad, g.apply("negative", grad)


def _multiply(g: Builder, grad: Value, a: Value, b: Value) -> tuple[Value, Value]:
    return g.apply("multiply", grad, b), g.apply("multiply", grad, a)


def _divide(g: Builder, grad: Value, a: Value, b: Value) -> tuple[Value, Value]:
    """1 / b and -a / b^2."""
    grad_a = g.apply("divide", grad, b)
    return grad_a, g.apply("negative", g.apply("divide", g.apply("multiply", grad_a, a), b))


def _minimum(g: Builder, grad: Value, a: Value, b: Value) -> tuple[Value, Value]:
    return _chosen(g, grad, g.apply("less_or_equal", a, b))


def _maximum(g: Builder, grad: Value, a: Value, b: Value) -> tuple[Value, Value]:
    return _chosen(g, grad, g.apply("greater_or_equal", a, b))


def _chosen(g: Builder, grad: Value, is_a: Value) -> tuple[Value, Value]:
    """All of it goes to the one that was chosen; to a where they are equal."""
    zero = scalar(g, 0)
    return g.apply("where", is_a, grad, zero), g.apply("where", is_a, zero, grad)


def _power(g: Builder, grad: Value, a: Value, b: Value) -> tuple[Value, Value]:
    """By a: b a^(b - 1); by b: a^b log a."""
    below = g.apply("power", a, g.apply("subtract", b, scalar(g, 1)))
    grad_a = g.apply("multiply", grad, g.apply("multiply", b, below))
    y = g.apply("power", a, b)
    return grad_a, g.apply("multiply", grad, g.apply("multiply", y, g.apply("log", a)))


for _op in (
    Binary("subtract", np.subtract, _subtract),
    Binary("multiply", np.multiply, _multiply),
    Binary("divide", divide, _divide),
    Binary("minimum", np.minimum, _minimum),
    Binary("maximum", np.maximum, _maximum),
    Binary("power", np.power, _power),
):
    add(_op)
