"""Products as the factors they are made of, however they are nested."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from fastcnn.graph import Graph, Node, Value

_DEPTH = 6


@dataclass(frozen=True)
class Product:
    """`number` times all `values`."""

    number: float
    values: tuple[Value, ...]

    def is_near(self, number: float) -> bool:
        """Whether the number is this one, as rounded to float32 or typed with four digits."""
        return isclose(self.number, number, rel_tol=2e-4)


def product_of(graph: Graph, value: Value) -> Product:
    """`value` as a product; itself where it is none.

    A factor that several nodes read is not taken apart: in an activation it is the argument.
    """
    return _opened(graph, value, _DEPTH)


def _opened(graph: Graph, value: Value, depth: int) -> Product:
    node = graph.producer(value)
    if node is not None and node.op == "multiply":
        a, b = (_factor(graph, operand, depth) for operand in node.inputs)
        return Product(a.number * b.number, (*a.values, *b.values))
    if node is not None and node.op == "scale":
        factor = node.attrs["factor"]
        assert isinstance(factor, int | float)
        inner = _factor(graph, node.inputs[0], depth)
        return Product(factor * inner.number, inner.values)
    if node is not None and node.op == "divide":
        divisor = number_of(node.inputs[1])
        if divisor:
            inner = _factor(graph, node.inputs[0], depth)
            return Product(inner.number / divisor, inner.values)
    return Product(1.0, (value,))


def _factor(graph: Graph, value: Value, depth: int) -> Product:
    number = number_of(value)
    if number is not None:
        return Product(number, ())
    if depth and graph.sole_user(value) is not None:
        return _opened(graph, value, depth - 1)
    return Product(1.0, (value,))


def number_of(value: Value) -> float | None:
    """A constant float of one element."""
    if value.data is None or value.data.size != 1 or value.data.dtype.kind != "f":
        return None
    return float(value.data.item())


def sum_of(node: Node | None) -> tuple[Value, float] | None:
    """Value and number of which the node is the sum."""
    if node is None or node.op != "add" or node.attrs.get("activation", "linear") != "linear":
        return None
    for value, other in (node.inputs, node.inputs[::-1]):
        number = number_of(other)
        if number is not None:
            return value, number
    return None
