"""Values inside a graph, on data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Value
from fastcnn.passes import infer, remove_dead_nodes
from fastcnn.runtime.compile import compile as compile_graph
from fastcnn.typing import Array

_BATCH = 128


def activations(graph: Graph, values: Iterable[Value], x: Mapping[str, Array]) -> dict[str, Array]:
    """What the given values of `graph` hold for the samples `x`, both by name."""
    wanted = {value.name: value for value in values}
    found = {name: x[name] for name in wanted if name in x}
    outputs = tuple(value for name, value in wanted.items() if name not in x)
    if not outputs:
        return found
    part = infer(remove_dead_nodes(replace(graph, outputs=outputs, updates=())))
    session = compile_graph(part, check=False)
    pieces: dict[str, list[Array]] = {value.name: [] for value in outputs}
    for start in range(0, len(next(iter(x.values()))), _BATCH):
        result = session(**{name: array[start : start + _BATCH] for name, array in x.items()})
        by_name = result if isinstance(result, dict) else {outputs[0].name: result}
        for name, array in by_name.items():
            pieces[name].append(array)
    return found | {name: np.concatenate(arrays) for name, arrays in pieces.items()}
