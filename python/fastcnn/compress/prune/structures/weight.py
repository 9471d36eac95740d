"""Pruning of single weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from fastcnn.compress.prune.plan import LayerChange, PrunePlan, kernel_nodes
from fastcnn.compress.selection import layer_of
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Value
from fastcnn.typing import FloatArray

Mask = npt.NDArray[np.bool_]


def prune_weights(graph: Graph, plan: PrunePlan) -> tuple[Graph, list[LayerChange]]:
    """Sets the lowest-scored weights of the kernels of convolutions and dense layers to zero.

    Shapes stay. Biases and normalisation stay. Weights that are zero already count as removed
    first; training holds the zeros (`Traits.pruned`). A kernel keeps its highest-scored weight
    at least, so that no layer is cut off.

    Returns:
        The graph, and the non-zero weights of each layer before and after.
    """
    nodes = [node for node in kernel_nodes(graph) if layer_of(node) not in plan.exclude]
    if not nodes:
        raise CompressionError("prune: no convolution or dense layer is left to prune")
    scores = [_scores(node.inputs[1], plan) for node in nodes]
    changed: dict[str, Value] = {}
    changes: list[LayerChange] = []
    for node, drop in zip(nodes, _lowest(scores, plan), strict=True):
        kernel = node.inputs[1]
        assert kernel.data is not None
        assert kernel.traits is not None
        data = np.where(drop.reshape(kernel.data.shape), np.float32(0), kernel.data)
        traits = replace(kernel.traits, pruned=True)
        changed[kernel.name] = replace(kernel, data=data, traits=traits)
        counts = np.count_nonzero(kernel.data), np.count_nonzero(data)
        changes.append(LayerChange(layer_of(node), int(counts[0]), int(counts[1])))
    return graph.with_values(changed), changes


def _scores(kernel: Value, plan: PrunePlan) -> FloatArray:
    """Flat scores; a weight that is zero scores below all others."""
    assert kernel.data is not None
    scores = plan.criterion.scores(kernel.data, plan.rng)
    return np.where(kernel.data == 0, np.float32(-1), scores).ravel()


def _lowest(scores: list[FloatArray], plan: PrunePlan) -> list[Mask]:
    """Masks of the weights to remove."""
    for one in scores:
        one[np.argmax(one)] = np.inf
    if plan.scope == "layer":
        return [_lowest_of(one, plan.sparsity) for one in scores]
    everywhere = _lowest_of(np.concatenate(scores), plan.sparsity)
    return np.split(everywhere, np.cumsum([one.size for one in scores])[:-1])


def _lowest_of(scores: FloatArray, share: float) -> Mask:
    drop = np.zeros(scores.size, np.bool_)
    drop[np.argsort(scores, kind="stable")[: round(share * scores.size)]] = True
    return drop & np.isfinite(scores)
