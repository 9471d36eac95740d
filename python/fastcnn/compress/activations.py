"""Values inside a graph, on data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Value
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
