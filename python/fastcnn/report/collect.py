"""From a graph to the layers a report shows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fastcnn.graph import Graph, Node, Value
from fastcnn.ops.statistics import node_macs
from fastcnn.report.data import Layer


def layers_of(graph: Graph) -> tuple[Layer, ...]:
    """The layers of `graph` in the order they run; those that only turn axes are left out.

    A parameter that several layers share counts in each of them.
    """
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.layer:
            groups.setdefault(node.layer, []).append(node)
    return tuple(
        _layer(name, nodes)
        for name, nodes in groups.items()
        if any(node.op != "transpose" for node in nodes)
    )


def _layer(name: str, nodes: list[Node]) -> Layer:
    parameters = _parameters(nodes)
    heavy = [node for node in nodes if any(value.is_parameter for value in node.inputs)]
    return Layer(
        name=name,
        kind=(heavy or nodes)[0].op,
        shape=_shape(nodes[-1].outputs[0]),
        parameters=sum(array.size for array in parameters),
        nonzeros=sum(int(np.count_nonzero(array)) for array in parameters),
        macs=sum(node_macs(node) for node in nodes),
    )


def _parameters(nodes: Iterable[Node]) -> list[np.ndarray]:
    values = {v.name: v for node in nodes for v in node.inputs if v.is_parameter}
    return [value.data for value in values.values() if value.data is not None]


def _shape(value: Value) -> str:
    """Without the batch; images as height x width x channels."""
    extents = value.shape[1:]
    if len(extents) == 3:
        extents = (*extents[1:], extents[0])
    return " x ".join("?" if extent is None else str(extent) for extent in extents)
