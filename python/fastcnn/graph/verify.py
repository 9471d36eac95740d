"""The rules every graph keeps."""

from __future__ import annotations

from fastcnn.errors import GraphError
from fastcnn.graph.graph import Graph
from fastcnn.graph.value import Value


def verify(graph: Graph) -> None:
    """Raises GraphError unless `graph` is well formed.

    Names of values and of nodes are unique; each value is defined once (as an input, as a node's
    output or by its data) and before it is read; updates replace parameters by values of the same
    type.
    """
    defined: dict[str, Value] = {}

    def define(value: Value, by: str) -> None:
        if value.name in defined:
            raise GraphError(f"{by} defines '{value.name}', which exists already")
        defined[value.name] = value

    def read(value: Value, by: str) -> None:
        if value.data is not None and value.name not in defined:
            define(value, by)
        known = defined.get(value.name)
        if known is None:
            raise GraphError(f"{by} reads '{value.name}' before anything defines it")
        if known.type != value.type or known.data is not value.data:
            raise GraphError(f"{by} reads '{value.name}' as {value.type}, it is {known.type}")

    for value in graph.inputs:
        define(value, "the input list")
    names: set[str] = set()
    for node in graph.nodes:
        if node.name in names:
            raise GraphError(f"two nodes are named '{node.name}'")
        names.add(node.name)
        by = f"node '{node.name}' ({node.op})"
        for value in node.inputs:
            read(value, by)
        for value in node.outputs:
            define(value, by)
    for value in graph.outputs:
        read(value, "the output list")
    for old, new in graph.updates:
        read(old, "an update")
        read(new, "an update")
        if not old.is_parameter or old.type != new.type:
            raise GraphError(f"update: '{old.name}' ({old.type}) cannot become {new!r}")
