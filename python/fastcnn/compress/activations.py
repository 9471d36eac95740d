"""Values inside a graph, on data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Value
from fastcnn.passes import infer, remove_dead_nodes
from fastcnn.runtime.compile import compile as compile_graph
from fastcnn.typing import Array

_BATCH = 128


def activations(graph: Graph, values: Iterable[Value], x: Mapping[str, Array]) -> dict[str, Array]:
    """What the given values of `graph` hold for the samples `x`, both by name."""
    pieces: dict[str, list[Array]] = {}
    for batch in stream_activations(graph, values, x, _BATCH):
        for name, array in batch.items():
            pieces.setdefault(name, []).append(array)
    return {name: np.concatenate(arrays) for name, arrays in pieces.items()}


def stream_activations(
    graph: Graph, values: Iterable[Value], x: Mapping[str, Array], batch: int
) -> Iterator[dict[str, Array]]:
    """As `activations`, `batch` samples after the other, so that memory does not grow with them."""
    wanted = {value.name: value for value in values}
    outputs = tuple(value for name, value in wanted.items() if name not in x)
    session = None
    if outputs:
        part = infer(remove_dead_nodes(replace(graph, outputs=outputs, updates=())))
        session = compile_graph(part, check=False)
    for start in range(0, len(next(iter(x.values()))), batch):
        given = {name: array[start : start + batch] for name, array in x.items()}
        found = {name: given[name] for name in wanted if name in given}
        if session is not None:
            read = {value.name: given[value.name] for value in session.graph.inputs}
            result = session(read)
            found |= result if isinstance(result, dict) else {outputs[0].name: result}
        yield found


def linear_form(node: Node) -> Node:
    """A convolution or dense layer without its activation and without what is added to it."""
    return replace(node, inputs=node.inputs[:3], attrs={**node.attrs, "activation": "linear"})


def before_activation(graph: Graph, nodes: Iterable[Node]) -> tuple[Graph, dict[str, Value]]:
    """`graph` with a second form of some nodes, without residual and activation.

    Args:
        graph: Left as it is.
        nodes: Convolutions and dense layers of it.

    Returns:
        The graph, and the value of the second form by the name of the node. Nothing else reads it.
    """
    wanted = {node.name for node in nodes}
    found: dict[str, Value] = {}
    every: list[Node] = []
    for node in graph.nodes:
        if node.name in wanted:
            found[node.name] = replace(node.output, name=f"{node.output.name}/before_activation")
            every.append(
                replace(
                    linear_form(node),
                    name=f"{node.name}/before_activation",
                    outputs=(found[node.name],),
                )
            )
        every.append(node)
    return replace(graph, nodes=tuple(every)), found
