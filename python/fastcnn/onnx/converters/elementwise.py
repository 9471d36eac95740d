"""Elementwise arithmetic, comparison and logic."""

from __future__ import annotations

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import Converter, converts
from fastcnn.onnx.converters.types import cast_like, require_floats

_UNARY = {
    "Abs": "abs",
    "Ceil": "ceil",
    "Cos": "cos",
    "Erf": "erf",
    "Exp": "exp",
    "Floor": "floor",
    "HardSwish": "hard_swish",
    "Log": "log",
    "Mish": "mish",
    "Neg": "negative",
    "Not": "logical_not",
    "Reciprocal": "reciprocal",
    "Round": "round",
    "Sigmoid": "sigmoid",
    "Sign": "sign",
    "Sin": "sin",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Sqrt": "sqrt",
    "Tanh": "tanh",
}

_BINARY = {
    "Add": "add",
    "And": "logical_and",
    "Div": "divide",
    "Equal": "equal",
    "Greater": "greater",
    "GreaterOrEqual": "greater_or_equal",
    "Less": "less",
    "LessOrEqual": "less_or_equal",
    "Mul": "multiply",
    "Or": "logical_or",
    "Pow": "power",
    "Sub": "subtract",
    "Xor": "logical_xor",
}


def _unary(op: str) -> Converter:
    def convert(c: Call) -> Value:
        return c.g.apply(op, c.x)

    return convert


def _binary(op: str) -> Converter:
    def convert(c: Call) -> Value:
        a, b = c.x, c.input(1)
        return c.g.apply(op, a, cast_like(c, b, a))

    return convert


def _aligned(op: str) -> Converter:
    """Before opset 7: b is broadcast to a where `broadcast` says so, from `axis` on."""

    def convert(c: Call) -> Value:
        a, b = c.x, c.input(1)
        if c.integer("broadcast", 0) and c.has("axis"):
            after = a.type.rank - c.axis("axis", None, a.type.rank) - b.type.rank
            if after < 0:
                raise FileFormatError(f"{c.operator}: {b.type} does not lie inside {a.type}")
            b = c.g.apply("unsqueeze", b, axes=tuple(range(b.type.rank, b.type.rank + after)))
        return c.g.apply(op, a, cast_like(c, b, a))

    return convert


for _operator, _op in _UNARY.items():
    converts(_operator)(_unary(_op))
for _operator, _op in _BINARY.items():
    converts(_operator)(_aligned(_op))
    converts(_operator, since=7)(_binary(_op))


@converts("Sum")
def sum_all(c: Call) -> Value:
    return _reduced(c, "add")


@converts("Max")
def maximum(c: Call) -> Value:
    return _reduced(c, "maximum")


@converts("Min")
def minimum(c: Call) -> Value:
    return _reduced(c, "minimum")


@converts("Mean")
def mean(c: Call) -> Value:
    require_floats(c, c.x)
    return c.g.apply("scale", _reduced(c, "add"), factor=1 / len(c.inputs))


@converts("Where", since=9)
def where(c: Call) -> Value:
    return c.g.apply("where", c.x, c.input(1), c.input(2))


@converts("IsNaN", since=9)
def is_nan(c: Call) -> Value:
    require_floats(c, c.x)
    return c.g.apply("logical_not", c.g.apply("equal", c.x, c.x))


def _reduced(c: Call, op: str) -> Value:
    """All inputs, two by two."""
    y = c.x
    for index in range(1, len(c.inputs)):
        y = c.g.apply(op, y, c.input(index))
    return y
