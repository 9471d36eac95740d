"""Pruning of channels: filters of convolutions and units of dense layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from fastcnn.compress.channels import Axis, Group, coupled_groups
from fastcnn.compress.prune.plan import LayerChange, PrunePlan, kernel_nodes
from fastcnn.compress.remove_channels import remove_channels
from fastcnn.compress.selection import layer_of
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph, Node
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class _Family:
    """Groups made by the same kernels: the channels of one layer, or of layers that are added."""

    layers: tuple[str, ...]
    groups: list[Group]
    scores: FloatArray


def prune_channels(graph: Graph, plan: PrunePlan) -> tuple[Graph, list[LayerChange]]:
    """Removes the lowest-scored channels, with everything that depends on them.

    A channel goes together with all that is tied to it (`coupled_groups`): its slice of the next
    kernels, of normalisation, of what it is added to. It scores

        sum over the kernels k that make it of  score(k, channel) / mean score of k's channels

    where a normalisation that follows counts as part of its kernel. Channels that reach an input
    or an output of the graph stay, and every layer keeps one at least.

    Returns:
        The smaller graph, and the channels of each layer before and after.
    """
    families = _families(graph, plan)
    if not families:
        raise CompressionError(
            "prune: no channel can be removed: all are tied to an input, an output or an "
            "excluded layer"
        )
    chosen: list[Group] = []
    changes: list[LayerChange] = []
    for family, count in zip(families, _counts(families, plan), strict=True):
        order = np.argsort(family.scores, kind="stable")
        chosen += [family.groups[i] for i in order[:count]]
        size = len(family.groups)
        changes += [LayerChange(layer, size, size - count) for layer in family.layers]
    return remove_channels(graph, chosen), changes


def _families(graph: Graph, plan: PrunePlan) -> list[_Family]:
    layers: dict[Axis, str] = {}
    scores: dict[Axis, FloatArray] = {}
    for node in kernel_nodes(graph):
        axis = (node.inputs[1].name, 0 if node.op == "conv2d" else 1)
        layers[axis] = layer_of(node)
        scores[axis] = _channel_scores(graph, node, axis[1], plan)

    found: dict[tuple[Axis, ...], list[Group]] = {}
    for group in coupled_groups(graph):
        makers = tuple(axis for axis in layers if axis in group.members)
        if makers and not group.fixed and plan.exclude.isdisjoint(layers[a] for a in makers):
            found.setdefault(makers, []).append(group)
    return [
        _Family(
            tuple(layers[axis] for axis in makers),
            groups,
            np.array([_score(group, makers, scores) for group in groups]),
        )
        for makers, groups in found.items()
    ]


def _channel_scores(graph: Graph, node: Node, axis: int, plan: PrunePlan) -> FloatArray:
    """Scores of the channels a kernel makes, their mean 1."""
    kernel = node.inputs[1].data
    assert kernel is not None
    scale = _normalisation(graph, node)
    weights = (
        kernel if scale is None else kernel * np.expand_dims(scale, _others(kernel.ndim, axis))
    )
    scores = plan.criterion.scores(weights, plan.rng).sum(_others(kernel.ndim, axis), np.float64)
    mean = scores.mean()
    normalised: FloatArray = scores / mean if mean > 0 else scores
    return normalised


def _normalisation(graph: Graph, node: Node) -> FloatArray | None:
    """What a batch normalisation multiplies the channels of `node` by, if it alone reads them."""
    user = graph.sole_user(node.output)
    if user is None or user.op != "batch_norm":
        return None
    gamma, variance = user.inputs[1].data, user.inputs[4].data
    if gamma is None or variance is None:
        return None
    epsilon = user.attrs["epsilon"]
    assert isinstance(epsilon, float)
    scale: FloatArray = gamma / np.sqrt(variance + epsilon)
    return scale


def _others(rank: int, axis: int) -> tuple[int, ...]:
    return tuple(i for i in range(rank) if i != axis)


def _score(group: Group, makers: tuple[Axis, ...], scores: Mapping[Axis, FloatArray]) -> float:
    return float(sum(scores[axis][group.members[axis]].sum() for axis in makers))


def _counts(families: list[_Family], plan: PrunePlan) -> list[int]:
    """How many groups each family loses."""
    sizes = [len(family.groups) for family in families]
    if plan.scope == "layer":
        wanted = [round(plan.sparsity * size) for size in sizes]
    else:
        wanted = _global_counts(families, plan.sparsity)
    rounded = (
        ceil(max(size - count, 1) / plan.round_to) * plan.round_to
        for size, count in zip(sizes, wanted, strict=True)
    )
    return [size - min(kept, size) for size, kept in zip(sizes, rounded, strict=True)]


def _global_counts(families: list[_Family], share: float) -> list[int]:
    owner = np.repeat(np.arange(len(families)), [len(family.groups) for family in families])
    mean_scores = [family.scores / len(family.layers) for family in families]
    for one in mean_scores:
        one[np.argmax(one)] = np.inf
    scores = np.concatenate(mean_scores)
    lowest = np.argsort(scores, kind="stable")[: round(share * scores.size)]
    counts: list[int] = np.bincount(
        owner[lowest[np.isfinite(scores[lowest])]], minlength=len(families)
    ).tolist()
    return counts
