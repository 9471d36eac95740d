"""Comparison, logic and choice, elementwise and broadcast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import broadcast, scalar, sum_to
from fastcnn.ops.builder import Builder
from fastcnn.ops.elementwise.elementwise import Elementwise
from fastcnn.ops.op import Op, add, register
from fastcnn.typing import Array


@dataclass(frozen=True, eq=False)
class Comparison(Op):
    """A relation of two tensors: y tells where it holds. With a NaN it holds nowhere.

    Shape:
        a, b: broadcast with each other; of one element type. y: bool, what both fit.
    """

    name: str
    relation: Callable[[Array, Array], Array]

    def infer(self, a: Type, b: Type) -> Type:
        checks.alike(self.name, a=a, b=b)
        return Type(broadcast(self.name, a=a, b=b), "bool")

    def reference(self, a: Array, b: Array) -> Array:
        return self.relation(a, b)


@dataclass(frozen=True, eq=False)
class Connective(Op):
    """A connective of two truth values.

    Shape:
        a, b: bool, broadcast with each other. y: bool, what both fit.
    """

    name: str
    connective: Callable[[Array, Array], Array]

    def infer(self, a: Type, b: Type) -> Type:
        checks.dtype(self.name, "bool", a=a, b=b)
        return Type(broadcast(self.name, a=a, b=b), "bool")

    def reference(self, a: Array, b: Array) -> Array:
        return self.connective(a, b)


@register
class LogicalNot(Elementwise):
    """True where x is false. x, y: bool, of any shape."""

    name = "logical_not"

    def infer(self, x: Type) -> Type:
        checks.dtype(self.name, "bool", x=x)
        return x

    def reference(self, x: Array) -> Array:
        return np.logical_not(x)


@register
class Where(Op):
    """Elements of a or of b.

        y = a where the condition holds, else b

    Shape:
        condition: bool. a, b: of one element type. All three are broadcast. y: what they fit.
    """

    name = "where"

    def infer(self, condition: Type, a: Type, b: Type) -> Type:
        checks.dtype(self.name, "bool", condition=condition)
        dtype = checks.alike(self.name, a=a, b=b)
        return Type(broadcast(self.name, condition=condition, a=a, b=b), dtype)

    def reference(self, condition: Array, a: Array, b: Array) -> Array:
        return np.where(condition, a, b)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        condition, a, b = node.inputs
        zero = scalar(g, 0)
        return [
            None,
            sum_to(g, g.apply("where", condition, grad_y, zero), a),
            sum_to(g, g.apply("where", condition, zero, grad_y), b),
        ]


for _op in (
    Comparison("equal", np.equal),
    Comparison("greater", np.greater),
    Comparison("greater_or_equal", np.greater_equal),
    Comparison("less", np.less),
    Comparison("less_or_equal", np.less_equal),
    Connective("logical_and", np.logical_and),
    Connective("logical_or", np.logical_or),
    Connective("logical_xor", np.logical_xor),
):
    add(_op)
