"""Biases that give each layer the mean it had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fastcnn.compress.activations import before_activation, stream_activations
from fastcnn.compress.recover.network import Network, changed
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Node
from fastcnn.models import Model
from fastcnn.typing import Array, FloatArray

_BATCH = 32


def correct_bias(network: Network, original: Model | Graph, x: Any) -> Network:
    """`network` with biases that bring the mean of each channel back to that of `original`.

        b' = b + E[original's output] - E[output]

    for each convolution and dense layer, ahead of its activation, one after the other, so that each
    sees what those before it give now. Layers are found by name; one that has another number of
    channels than it had, or shares its bias, is left alone.

    Args:
        network: A model or a graph, compressed; left as it is.
        original: What it was made from.
        x: Samples without labels: one array, or a dict by input name.

    Raises:
        CompressionError: The two have no layer in common.

    Source:
        Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
        ICCV 2019, section 4.2.
    """
    target = original.graph if isinstance(original, Model) else original

    def corrected(graph: Graph, samples: Mapping[str, Array]) -> Graph:
        return _corrected(graph, target, samples)

    return changed("correct_bias", network, x, corrected)


def _corrected(graph: Graph, original: Graph, x: Mapping[str, Array]) -> Graph:
    theirs = {node.name: node for node in original.nodes if node.op in ("conv2d", "dense")}
    common = [node for node in graph.nodes if node.name in theirs and _fits(graph, node, theirs)]
    if not common:
        raise CompressionError(
            "correct_bias: no convolution or dense layer has the name and the channels of one of "
            "the original; give the model that this one was made from"
        )
    wanted = _means(original, [theirs[node.name] for node in common], x)
    for node in common:
        bias = graph.values[node.inputs[2].name]
        assert bias.data is not None
        shift = wanted[node.name] - _means(graph, [node], x)[node.name]
        graph = graph.with_data({bias.name: (bias.data + shift).astype(np.float32)})
    return graph


def _fits(graph: Graph, node: Node, theirs: Mapping[str, Node]) -> bool:
    """Whether the bias of `node` is its own, and its output has the channels it had."""
    other = theirs[node.name]
    own = len(node.inputs) >= 3 and len(graph.users(node.inputs[2])) == 1
    return own and node.op == other.op and node.output.shape[1] == other.output.shape[1]


def _means(graph: Graph, nodes: list[Node], x: Mapping[str, Array]) -> dict[str, FloatArray]:
    """The mean of each channel ahead of the activation, by the name of the node."""
    graph, ahead = before_activation(graph, nodes)
    sums = {name: np.zeros(value.shape[1] or 0) for name, value in ahead.items()}
    rows = dict.fromkeys(ahead, 0)
    for batch in stream_activations(graph, ahead.values(), x, _BATCH):
        for name, value in ahead.items():
            values = batch[value.name]
            axes = tuple(axis for axis in range(values.ndim) if axis != 1)
            sums[name] += values.sum(axes, dtype=np.float64)
            rows[name] += values.size // values.shape[1]
    return {name: total / rows[name] for name, total in sums.items()}
