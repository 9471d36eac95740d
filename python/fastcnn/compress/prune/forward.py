"""What the layers of a graph read, one layer after the other, while their weights change."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

import numpy as np

from fastcnn.compress.activations import stream_activations
from fastcnn.graph import Graph, Node, Value
from fastcnn.typing import Array

_BATCH = 16
_BUDGET_BYTES = 1 << 30


class Forward:
    """Runs a graph piece by piece, each from the values that the one before it left.

    Ahead of a layer, all that this layer and later ones read of what is done is kept, if it fits
    the budget; what comes next starts there and not at the samples. So layers must be asked for in
    their order, and once one is asked for, nothing ahead of it may change.

    Args:
        x: Samples, without labels.
        budget: Bytes that may be kept.
    """

    def __init__(self, x: Mapping[str, Array], budget: int = _BUDGET_BYTES) -> None:
        self._kept = dict(x)
        self._budget = budget
        self._count = len(next(iter(x.values())))

    def read(self, graph: Graph, name: str) -> Iterator[tuple[int, Array]]:
        """The first input of a node, a batch after the other, with the number of its first sample.

        To be gone through to the end.
        """
        at = next(i for i, node in enumerate(graph.nodes) if node.name == name)
        source, living = graph.nodes[at].inputs[0], _living(graph, at)
        part = _part(graph, living, self._kept)
        pieces: dict[str, list[Array]] = {value.name: [] for value in living}
        fits, first = True, 0
        for batch in stream_activations(part, living, self._kept, _BATCH):
            size = sum(array.nbytes // len(array) for array in batch.values())
            fits = fits and size * self._count <= self._budget
            if fits:
                for name, array in batch.items():
                    pieces[name].append(array)
            yield first, batch[source.name]
            first += len(batch[source.name])
        if fits:
            self._kept = {name: np.concatenate(arrays) for name, arrays in pieces.items()}


def _living(graph: Graph, at: int) -> list[Value]:
    """What a node and those after it read of what is computed ahead of it."""
    ahead = {value.name for value in graph.inputs}
    ahead |= {value.name for other in graph.nodes[:at] for value in other.outputs}
    read = {value.name: value for other in graph.nodes[at:] for value in other.inputs}
    return [value for name, value in read.items() if name in ahead]


def _part(graph: Graph, wanted: list[Value], known: Container[str]) -> Graph:
    """The nodes that lead from values that are known to those that are wanted."""
    needed = {value.name for value in wanted if value.name not in known}
    nodes: list[Node] = []
    for node in reversed(graph.nodes):
        if any(value.name in needed for value in node.outputs):
            nodes.append(node)
            needed |= {value.name for value in node.inputs if value.name not in known}
    read = {value.name: value for node in nodes for value in node.inputs if value.name in known}
    return replace(
        graph, inputs=tuple(read.values()), nodes=tuple(nodes[::-1]), outputs=(), updates=()
    )
