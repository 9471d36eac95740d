"""Graphs as the tuples that the native core takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fastcnn.errors import GraphError
from fastcnn.graph import Graph, Value
from fastcnn.typing import Array


def described_values(
    graph: Graph, state: Mapping[str, Array] | None = None
) -> list[tuple[str, list[int], str, str, Array | None]]:
    """Name, shape, element type, role and numbers of every value; `state` by name.

    Raises:
        GraphError: An extent is unknown.
    """
    inputs = {value.name for value in graph.inputs}
    state = state or {}

    def role(value: Value) -> tuple[str, Array | None]:
        if value.name in inputs:
            return "input", None
        if value.name in state:
            return "state", state[value.name]
        if value.data is not None:
            return "constant", np.asarray(value.data, order="C")
        return "computed", None

    return [
        (value.name, _known_shape(value), value.type.dtype, *role(value))
        for value in graph.values.values()
    ]


def described_nodes(graph: Graph) -> list[tuple[str, str, list[int], list[int], dict[str, Any]]]:
    """Name, op, inputs, outputs (indices into the values) and attributes of every node."""
    index = {name: i for i, name in enumerate(graph.values)}
    return [
        (
            node.name,
            node.op,
            [index[value.name] for value in node.inputs],
            [index[value.name] for value in node.outputs],
            {
                name: list(attr) if isinstance(attr, tuple | list) else attr
                for name, attr in node.attrs.items()
            },
        )
        for node in graph.nodes
    ]


def _known_shape(value: Value) -> list[int]:
    known = [extent for extent in value.shape if extent is not None]
    if len(known) < len(value.shape):
        raise GraphError(f"plan: the shape of '{value.name}' ({value.type}) is not fully known")
    return known
