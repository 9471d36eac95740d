"""Recognises gelu."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sqrt

from fastcnn.graph import Graph, Node, Value
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.passes.product import Product, number_of, product_of, sum_of


class FuseGelu(Rewrite):
    """Makes one op of the pieces of a Gaussian error linear unit.

        x (1 + erf(x / sqrt 2)) / 2                              ->  gelu(x)
        x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2        ->  gelu(x, approximate "tanh")

    Applies to:
        Products of these factors, in any order and however they are nested.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Equal in real arithmetic.
    Source:
        Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
    """

    name = "fuse_gelu"
    anchors = ("multiply", "divide", "scale")
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the outermost product."""
        product = product_of(graph, node.output)
        if not product.is_near(0.5) or len(product.values) != 2:
            return None
        for x, gate in (product.values, product.values[::-1]):
            if x.type != node.output.type:
                continue
            approximate = _gate_of(graph, x, gate)
            if approximate is not None:
                attrs = {"approximate": approximate}
                return Patch((node,), (replace(node, op="gelu", inputs=(x,), attrs=attrs),))
        return None


def _gate_of(graph: Graph, x: Value, gate: Value) -> str | None:
    """The form of gelu whose gate, 1 + ..., this is."""
    terms = sum_of(graph.producer(gate))
    node = None if terms is None or terms[1] != 1 else graph.producer(terms[0])
    if node is None:
        return None
    inner = product_of(graph, node.inputs[0])
    if len(inner.values) != 1:
        return None
    (value,) = inner.values
    if node.op == "erf" and inner.is_near(1 / sqrt(2)) and value.name == x.name:
        return "none"
    if node.op == "tanh" and inner.is_near(sqrt(2 / pi)) and _is_cubic(graph, x, value):
        return "tanh"
    return None


def _is_cubic(graph: Graph, x: Value, value: Value) -> bool:
    """Whether the value is x + 0.044715 x^3."""
    node = graph.producer(value)
    if node is None or node.op != "add":
        return False
    for own, cube in (node.inputs, node.inputs[::-1]):
        if own.name == x.name and _is_cube(graph, x, product_of(graph, cube)):
            return True
    return False


def _is_cube(graph: Graph, x: Value, cube: Product) -> bool:
    if not cube.is_near(0.044715):
        return False
    names = [value.name for value in cube.values]
    if names == [x.name] * 3:
        return True
    power = graph.producer(cube.values[0]) if len(cube.values) == 1 else None
    return (
        power is not None
        and power.op == "power"
        and power.inputs[0].name == x.name
        and number_of(power.inputs[1]) == 3
    )
