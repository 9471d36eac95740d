"""Pruning of channels: filters of convolutions and units of dense layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from fastcnn.compress.channels import Axis, Group
from fastcnn.compress.prune.families import Family, find_families
from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.compress.prune.plan import LayerChange, PrunePlan
from fastcnn.compress.remove_channels import remove_channels
from fastcnn.errors import CompressionError
from fastcnn.graph import Graph
from fastcnn.typing import FloatArray


@dataclass(frozen=True)
class _Scored:
    """A family with a score for each of its groups."""

    family: Family
    scores: FloatArray

    @property
    def layers(self) -> tuple[str, ...]:
        return self.family.layers

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.family.groups


def prune_channels(graph: Graph, plan: PrunePlan) -> tuple[Graph, list[LayerChange]]:
    """Removes the lowest-scored channels, with everything that depends on them.

    A channel goes together with all that is tied to it (`coupled_groups`): its slice of the next
    kernels, of normalisation, of what it is added to. It scores

        sum over the kernels k that make it of  score(k, channel) / mean score of k's channels

    where a normalisation that follows counts as part of its kernel; criteria whose scores are of
    one unit everywhere are not divided. Channels that reach an input or an output of the graph
    stay, and every layer, and every slice of one, keeps one at least. Layers that are tied lose
    what the least of their targets says.

    Returns:
        The smaller graph, and the channels of each layer before and after.
    """
    chosen, changes = choose_channels(graph, plan)
    return remove_channels(graph, chosen), changes


def choose_channels(graph: Graph, plan: PrunePlan) -> tuple[list[Group], list[LayerChange]]:
    """The groups that `prune_channels` removes, and the channels of each layer before and after.

    Raises:
        CompressionError: All channels are tied to an input, an output or an excluded layer.
    """
    families = _families(graph, plan)
    if not families:
        raise CompressionError(
            "prune: no channel can be removed: all are tied to an input, an output or an "
            "excluded layer"
        )
    chosen: list[Group] = []
    changes: list[LayerChange] = []
    left: dict[Axis, int] = {}
    for family, count in zip(families, _counts(families, plan), strict=True):
        gone = _lowest(family, count, graph, left)
        chosen += gone
        size = len(family.groups)
        changes += [LayerChange(layer, size, size - len(gone)) for layer in family.layers]
    return chosen, changes


def _lowest(family: _Scored, count: int, graph: Graph, left: dict[Axis, int]) -> list[Group]:
    """Up to `count` groups of the lowest scores that leave something of every axis they are in.

    A slice of the channels may hold the lowest scores alone, so it is every axis that counts, not
    that of the kernel. `left` tells how many indices of an axis earlier choices have left.
    """
    gone: list[Group] = []
    for i in np.argsort(family.scores, kind="stable"):
        if len(gone) == count:
            break
        members = family.groups[i].members
        after = {
            (name, axis): left.get((name, axis), graph.values[name].shape[axis] or 0) - len(indices)
            for (name, axis), indices in members.items()
        }
        if all(after.values()):
            left |= after
            gone.append(family.groups[i])
    return gone


def _families(graph: Graph, plan: PrunePlan) -> list[_Scored]:
    scores = {
        (kernel.name, kernel.axis): _channel_scores(kernel, plan) for kernel in find_kernels(graph)
    }
    return [
        _Scored(family, np.array([_score(group, family.makers, scores) for group in family.groups]))
        for family in find_families(graph, plan.exclude)
    ]


def _channel_scores(kernel: Kernel, plan: PrunePlan) -> FloatArray:
    """Scores of the channels a kernel makes; of mean size 1 unless layers compare as they are."""
    scores = plan.criterion.channel_scores(kernel, plan.evidence)
    mean = float(np.abs(scores).mean(dtype=np.float64))
    return scores if plan.criterion.comparable or mean == 0 else scores / mean


def _score(group: Group, makers: tuple[Axis, ...], scores: Mapping[Axis, FloatArray]) -> float:
    return float(sum(scores[axis][group.members[axis]].sum() for axis in makers))


def _counts(families: list[_Scored], plan: PrunePlan) -> list[int]:
    """How many groups each family loses."""
    sizes = [len(family.groups) for family in families]
    if plan.targets.is_global:
        wanted = _global_counts(families, plan.targets.overall)
    else:
        wanted = [
            round(min(map(plan.targets.of, family.layers)) * size)
            for family, size in zip(families, sizes, strict=True)
        ]
    rounded = (
        ceil(max(size - count, 1) / plan.round_to) * plan.round_to
        for size, count in zip(sizes, wanted, strict=True)
    )
    return [size - min(kept, size) for size, kept in zip(sizes, rounded, strict=True)]


def _global_counts(families: list[_Scored], share: float) -> list[int]:
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
