"""Computes at once what depends on shapes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

import numpy as np

from fastcnn.graph import Graph, Node, Type, Value, verify
from fastcnn.ops import get, infer, run_reference
from fastcnn.ops.late import as_attribute, split_late
from fastcnn.passes.base import Pass
from fastcnn.passes.extents import Extents, as_integers
from fastcnn.typing import Array, Attribute

MAX_ELEMENTS = 1 << 12
"""Shape arithmetic is small; a node that reads or gives more elements is left to others."""


class ResolveShapes(Pass):
    """Makes attributes and constants of what depends on shapes alone, and types of both.

        shape_of(x), the extents known                -> a constant
        a small node that reads constants only        -> a constant
        reshape(x, s), expand(x, s), ... s a constant -> the late attribute
        reshape(x, [extents of x, -1, numbers])       -> the late attribute, with 0 and -1

    An unknown extent is followed as such: `shape` of a reshape is found where each of its elements
    is a number, the extent that x has at the same place, or what then remains.

    Keeps:
        The name of every input and output; their types, but for extents that become known. What
        the caller reads stays a node.
    Numerics:
        Each node is evaluated in float64; its result is rounded once.
    """

    name = "resolve_shapes"

    def apply(self, graph: Graph) -> tuple[Graph, int]:
        """One walk: producers stand before their users."""
        return resolve(graph, {})


def resolve(graph: Graph, inputs: Mapping[str, Value]) -> tuple[Graph, int]:
    """The graph, with these inputs in place of those of the same name, and the changes made."""
    walk = _Walk(graph, inputs)
    nodes = [node for before in graph.nodes for node in walk.visit(before)]
    read = walk.read
    new = Graph(
        tuple(map(read, graph.inputs)),
        tuple(map(read, graph.outputs)),
        tuple(nodes),
        tuple((read(old), read(value)) for old, value in graph.updates),
    )
    verify(new)
    return new, walk.changes


class _Walk:
    def __init__(self, graph: Graph, inputs: Mapping[str, Value]) -> None:
        self.graph = graph
        self.known: dict[str, Value] = dict(inputs)
        self.extents = Extents(map(self.read, graph.inputs))
        self.changes = 0

    def read(self, value: Value) -> Value:
        return self.known.get(value.name, value)

    def visit(self, before: Node) -> list[Node]:
        """What stands in the place of a node: it with new types, or nothing."""
        node = self._bound(replace(before, inputs=tuple(map(self.read, before.inputs))))
        types = infer(node.op, [value.type for value in node.inputs], node.attrs)
        outputs = [
            value if value.type == type_ else replace(value, type=type_)
            for value, type_ in zip(node.outputs, types, strict=True)
        ]
        node = replace(node, outputs=tuple(outputs))
        self.extents.follow(node)
        constants = self._constants(node)
        self.known.update({value.name: value for value in constants or node.outputs})
        self.changes += bool(constants)
        return [] if constants else [node]

    def _bound(self, node: Node) -> Node:
        """`node` with late inputs that are known as attributes."""
        op = get(node.op)
        proper, late = split_late(op, node.inputs, node.attrs)
        if not late:
            return node
        attrs: dict[str, Attribute] = {}
        for name, value in late.items():
            numbers = self.extents.numbers(value)
            if numbers is not None and node.op == "reshape":
                numbers = self.extents.relative(numbers, proper[0])
            integers = as_integers(numbers)
            if integers is not None:
                attrs[name] = as_attribute(op, name, integers)
        self.changes += len(attrs)
        rest = [value for name, value in late.items() if name not in attrs]
        return replace(node, inputs=(*proper, *rest), attrs={**node.attrs, **attrs})

    def _constants(self, node: Node) -> list[Value]:
        """The outputs with their numbers, where those follow from constants or extents."""
        if any(self.graph.is_result(value) for value in node.outputs):
            return []
        if len(node.outputs) == 1:
            numbers = as_integers(self.extents.numbers(node.output))
            if numbers is not None:
                return [_constant(node.output, numbers)]
        inputs = [self._array(value) for value in node.inputs]
        known = [array for array in inputs if array is not None]
        if len(known) < len(inputs) or not _is_small(node):
            return []
        arrays = run_reference(node.op, known, node.attrs)
        return [_constant(*pair) for pair in zip(node.outputs, arrays, strict=True)]

    def _array(self, value: Value) -> Array | None:
        """The numbers of a constant, or of a value that is made of known extents."""
        if value.is_parameter:
            return None
        if value.data is not None:
            return value.data
        return as_integers(self.extents.numbers(value))


def _constant(value: Value, array: Array) -> Value:
    data = np.asarray(array, value.type.dtype, order="C")
    return replace(value, type=Type(data.shape, value.type.dtype), data=data)


def _is_small(node: Node) -> bool:
    """Whether a node reads and gives few elements."""
    sizes = [
        prod(extent for extent in value.shape if extent is not None)
        for value in (*node.inputs, *node.outputs)
    ]
    return max(sizes, default=0) <= MAX_ELEMENTS
