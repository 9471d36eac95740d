"""Type inference over a whole graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fastcnn.graph import Graph, Node, Value, verify
from fastcnn.ops.infer import infer as infer_types


def infer(graph: Graph, inputs: Mapping[str, Value] | None = None) -> Graph:
    """The same graph with the type of every value inferred anew.

    Used after parameters changed shape, or to make inputs more specific.

    Args:
        graph: Left as it is; its inputs, constants and parameters are taken as they are.
        inputs: Graph inputs to take in place of those of the same name.

    Raises:
        ShapeError: The shapes do not fit a node.
    """
    known: dict[str, Value] = dict(inputs or {})

    def read(value: Value) -> Value:
        return known.get(value.name, value)

    nodes = []
    for node in graph.nodes:
        sources = tuple(map(read, node.inputs))
        outputs = _outputs(node, sources)
        known.update({value.name: value for value in outputs})
        nodes.append(replace(node, inputs=sources, outputs=outputs))
    new = Graph(
        tuple(map(read, graph.inputs)),
        tuple(map(read, graph.outputs)),
        tuple(nodes),
        tuple((read(old), read(value)) for old, value in graph.updates),
    )
    verify(new)
    return new


def _outputs(node: Node, inputs: tuple[Value, ...]) -> tuple[Value, ...]:
    types = infer_types(node.op, [value.type for value in inputs], node.attrs)
    return tuple(
        value if value.type == type_ else replace(value, type=type_)
        for value, type_ in zip(node.outputs, types, strict=True)
    )
