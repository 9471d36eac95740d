"""Several models as one of the width of one: neurons matched, weights averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fastcnn.compress.fuse.families import find_families, permuted
from fastcnn.compress.fuse.match import match_by_activations, match_by_weights
from fastcnn.compress.fuse.same import correspond
from fastcnn.graph import Graph
from fastcnn.typing import Array


def align(graphs: Sequence[Graph], x: Mapping[str, Array] | None = None) -> list[Graph]:
    """The graphs with their neurons in the order of the first; each computes what it did.

    Args:
        graphs: Built alike.
        x: Samples to correlate activations over; without, weights are compared.

    Raises:
        CompressionError: The graphs are not built alike.
    """
    first, *others = graphs
    families = find_families(first)
    aligned = [first]
    for graph, names in zip(others, correspond(graphs)[1:], strict=True):
        if x is None:
            orders = match_by_weights(first, graph, names, families)
        else:
            orders = match_by_activations(first, graph, names, families, x)
        aligned.append(permuted(graph, names, families, orders))
    return aligned


def average(graphs: Sequence[Graph]) -> Graph:
    """The first graph, every parameter the mean of that parameter over all graphs.

    Source:
        Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves
        accuracy without increasing inference time", ICML 2022.
    """
    first = graphs[0]
    every = correspond(graphs)
    means: dict[str, Array] = {}
    for name in first.parameters:
        arrays = [
            graph.values[names[name]].data for graph, names in zip(graphs, every, strict=True)
        ]
        stack = np.stack([array for array in arrays if array is not None])
        means[name] = stack.mean(0, np.float64).astype(np.float32)
    return first.with_data(means)
