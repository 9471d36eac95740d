"""Gives averaged networks back the spread that averaging took from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.compress.fuse.same import correspond
from fastcnn.compress.recover.recalibrate import measured_statistics
from fastcnn.graph import Graph, Node
from fastcnn.typing import Array, FloatArray


def repair(merged: Graph, graphs: Sequence[Graph], x: Mapping[str, Array]) -> Graph:
    """`merged` with the statistics of each layer set to the mean of those of `graphs`.

        w' = s w,   b' = s (b - m) + t,   s = spread of the graphs / spread of merged

    for each channel of each convolution and dense layer, layer after layer; m and t are the means
    before the activation, of `merged` and of the graphs. Weights of matched neurons still differ,
    so that their average responds less than each of them does. Where batch normalisation follows,
    it does that by itself once its moving statistics are measured anew, in its turn: what comes
    after it is repaired for what it gives then.

    Args:
        merged: The average of `graphs`.
        graphs: Built alike, their neurons in the same order.
        x: Samples to take the statistics over.

    Source:
        Jordan et al., "REPAIR: REnormalizing Permuted Activations for Interpolation Repair",
        ICLR 2023.
    """
    nodes = [node for node in merged.nodes if _can_repair(merged, node)]
    wanted = [
        _statistics(
            graph, [replace(n, outputs=(graph.values[names[n.output.name]],)) for n in nodes], x
        )
        for graph, names in zip(graphs, correspond(graphs), strict=True)
    ]
    places = {node.name: i for i, node in enumerate(nodes)}
    for node in merged.nodes:
        if node.op == "batch_norm":
            merged = merged.with_data(measured_statistics(merged, node, x))
        if node.name not in places:
            continue
        i = places[node.name]
        ((mean, spread),) = _statistics(merged, [node], x)
        target_mean = np.mean([statistics[i][0] for statistics in wanted], axis=0)
        target_spread = np.mean([statistics[i][1] for statistics in wanted], axis=0)
        s = np.where(spread > 0, target_spread / np.where(spread > 0, spread, 1), 1)
        w, b = (merged.values[value.name].data for value in node.inputs[1:3])
        assert w is not None
        assert b is not None
        along = s[:, None, None, None] if node.op == "conv2d" else s
        merged = merged.with_data(
            {
                node.inputs[1].name: (w * along).astype(np.float32),
                node.inputs[2].name: (s * (b - mean) + target_mean).astype(np.float32),
            }
        )
    return merged


def _can_repair(graph: Graph, node: Node) -> bool:
    """A layer of its own weights, without activation, residual or normalisation after it."""
    return (
        node.op in ("conv2d", "dense")
        and len(node.inputs) == 3
        and node.attrs.get("activation", "linear") == "linear"
        and all(value.is_parameter and len(graph.users(value)) == 1 for value in node.inputs[1:])
        and all(user.op != "batch_norm" for user in graph.users(node.output))
    )


def _statistics(
    graph: Graph, nodes: Sequence[Node], x: Mapping[str, Array]
) -> list[tuple[FloatArray, FloatArray]]:
    """Mean and standard deviation of each channel of the output of each node."""
    found = activations(graph, [node.output for node in nodes], x)
    return [_moments(found[node.output.name]) for node in nodes]


def _moments(values: Array) -> tuple[FloatArray, FloatArray]:
    axes = tuple(axis for axis in range(values.ndim) if axis != 1)
    return values.mean(axes, np.float64), values.std(axes, np.float64)
