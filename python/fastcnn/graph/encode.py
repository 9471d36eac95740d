"""Graphs as plain data that JSON can hold, without the numbers."""

from __future__ import annotations

from typing import Any

from fastcnn.graph.graph import Graph
from fastcnn.graph.node import Node
from fastcnn.graph.value import Value
from fastcnn.typing import Attribute


def encode(graph: Graph) -> dict[str, Any]:
    """The graph as dicts, lists, texts and numbers; `decode` reads it.

        {"inputs":  [VALUE, ...],
         "data":    [VALUE with traits (null: a constant), ...],
         "nodes":   [{"name", "op", "inputs": [name, ...], "outputs": [VALUE, ...], "attrs",
                      "layer"}, ...],
         "outputs": [name, ...],
         "updates": [[name, name], ...]}

    with VALUE = {"name", "dtype", "shape"}, where an open extent is null.
    """
    return {
        "inputs": [_value(value) for value in graph.inputs],
        "data": [
            _value(value) | {"traits": _traits(value)}
            for value in graph.values.values()
            if value.data is not None
        ],
        "nodes": [_node(node) for node in graph.nodes],
        "outputs": [value.name for value in graph.outputs],
        "updates": [[old.name, new.name] for old, new in graph.updates],
    }


def _value(value: Value) -> dict[str, Any]:
    return {"name": value.name, "dtype": value.type.dtype, "shape": list(value.shape)}


def _traits(value: Value) -> dict[str, Any] | None:
    traits = value.traits
    if traits is None:
        return None
    return {
        "trainable": traits.trainable,
        "pruned": traits.pruned,
        "l1": traits.l1,
        "l2": traits.l2,
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "op": node.op,
        "inputs": [value.name for value in node.inputs],
        "outputs": [_value(value) for value in node.outputs],
        "attrs": {name: _attribute(value) for name, value in node.attrs.items()},
        "layer": node.layer,
    }


def _attribute(value: Attribute) -> Any:
    return list(value) if isinstance(value, tuple) else value
