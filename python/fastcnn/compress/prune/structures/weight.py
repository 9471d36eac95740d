"""Pruning of weights: zeros, in any pattern, and all shapes stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.compress.prune.plan import LayerChange, PrunePlan
from fastcnn.compress.prune.structures.pattern import Pattern
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Value
from fastcnn.typing import FloatArray


def prune_weights(
    graph: Graph, plan: PrunePlan, pattern: Pattern
) -> tuple[Graph, list[LayerChange]]:
    """Sets the lowest-scored weights of the kernels of convolutions and dense layers to zero.

    Shapes stay. Biases and normalisation stay, but where the criterion fits the layer anew. Weights
    that are zero already count as removed first; training holds the zeros (`Traits.pruned`).

    Args:
        graph: Left as it is.
        plan: How much goes, and by which criterion.
        pattern: Where zeros may stand.

    Returns:
        The graph, and the non-zero weights of each layer before and after.
    """
    kernels = [kernel for kernel in find_kernels(graph) if kernel.layer not in plan.exclude]
    if not kernels:
        raise CompressionError("prune: no convolution or dense layer is left to prune")
    scores = [_scores(kernel, plan) for kernel in kernels]
    changed: dict[str, Value] = {}
    changes: list[LayerChange] = []
    for kernel, dropped in zip(kernels, pattern.drop(kernels, scores, plan.targets), strict=True):
        value, bias = kernel.value, kernel.node.inputs[2]
        zeros = dropped | (kernel.data == 0)
        data, new_bias = plan.criterion.remaining(kernel, zeros, plan.evidence)
        assert value.traits is not None
        traits = replace(value.traits, pruned=True)
        changed[value.name] = replace(value, data=data, traits=traits)
        if new_bias is not None:
            changed[bias.name] = bias.with_data(new_bias)
        counts = np.count_nonzero(kernel.data), np.count_nonzero(data)
        changes.append(LayerChange(kernel.layer, int(counts[0]), int(counts[1])))
    zeroed = graph.with_values(changed)
    return plan.criterion.settled(graph, zeroed, kernels, plan.evidence), changes


def _scores(kernel: Kernel, plan: PrunePlan) -> FloatArray:
    """Scores of weights, minus infinity where one is zero already."""
    scores = plan.criterion.scores(kernel, plan.evidence)
    return np.where(kernel.data == 0, -np.inf, scores)
