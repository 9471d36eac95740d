"""Moving statistics measured anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.compress.recover.network import Network, changed
from fastcnn.graph import Graph, Node
from fastcnn.typing import Array


def recalibrate(network: Network, x: Any) -> Network:
    """`network` with the moving statistics of each batch normalisation measured on `x`.

    One after the other, so that each sees what those before it give now. Means and (biased)
    variances are taken over all samples and positions.

    Args:
        network: A model or a graph; left as it is.
        x: Samples without labels: one array, or a dict by input name.
    """
    return changed("recalibrate", network, x, _recalibrate)


def _recalibrate(graph: Graph, x: dict[str, Array]) -> Graph:
    for node in graph.nodes:
        if node.op == "batch_norm":
            graph = graph.with_data(measured_statistics(graph, node, x))
    return graph


def measured_statistics(graph: Graph, node: Node, x: Mapping[str, Array]) -> dict[str, Array]:
    """Mean and variance of what a batch normalisation reads, by the names of its parameters."""
    source, mean, variance = node.inputs[0], node.inputs[3], node.inputs[4]
    values = activations(graph, [source], x)[source.name]
    axes = tuple(axis for axis in range(values.ndim) if axis != 1)
    return {
        mean.name: values.mean(axes, np.float64).astype(np.float32),
        variance.name: values.var(axes, np.float64).astype(np.float32),
    }
