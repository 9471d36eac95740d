"""Which channels of a graph stand and fall together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fastcnn.graph import Graph, Value
from fastcnn.ops import Tie, get

Indices = npt.NDArray[np.int64]
Axis = tuple[str, int]
"""A name of a value and one of its axes."""


@dataclass(frozen=True)
class Group:
    """Indices that can only be removed together, over all values of a graph.

    Args:
        members: By axis: the indices of it that belong to the group, ascending.
        fixed: Whether one of them may not be removed, hence none.
    """

    members: dict[Axis, Indices]
    fixed: bool


def coupled_groups(graph: Graph) -> list[Group]:
    """The channels of a graph, each with everything tied to it.

    Every op states which index of one axis is which index of another (`Op.channels`); a group is
    a connected component of those ties. The axes of the graph's inputs and outputs are fixed.
    """
    offsets: dict[Axis, int] = {}
    owners: list[tuple[Axis, int]] = []
    size = 0

    def first(value: Value, axis: int) -> int:
        nonlocal size
        key = (value.name, axis)
        if key not in offsets:
            extent = value.shape[axis] or 0
            offsets[key] = size
            owners.append((key, extent))
            size += extent
        return offsets[key]

    edges: list[tuple[Indices, Indices]] = []
    fixed: list[Axis] = []
    for tie in _ties(graph):
        a = first(tie.a, tie.a_axis)
        if tie.b is None:
            fixed.append((tie.a.name, tie.a_axis))
        else:
            edges.append((a + tie.a_index, first(tie.b, tie.b_axis) + tie.b_index))

    labels = _components(size, edges)
    is_fixed = np.zeros(size, np.bool_)
    extents = dict(owners)
    for key in fixed:
        is_fixed[labels[offsets[key] : offsets[key] + extents[key]]] = True

    members: dict[int, dict[Axis, Indices]] = {}
    for key, extent in owners:
        if not extent:
            continue
        own = labels[offsets[key] : offsets[key] + extent]
        order = np.argsort(own, kind="stable")
        roots, starts = np.unique(own[order], return_index=True)
        for root, indices in zip(roots, np.split(order, starts[1:]), strict=True):
            members.setdefault(int(root), {})[key] = indices
    return [Group(axes, bool(is_fixed[root])) for root, axes in sorted(members.items())]


def _ties(graph: Graph) -> Iterable[Tie]:
    for value in (*graph.inputs, *graph.outputs):
        for axis in range(value.type.rank):
            yield Tie.fixed(value, axis)
    for node in graph.nodes:
        yield from get(node.op).channels(node)


def _components(size: int, edges: Iterable[tuple[Indices, Indices]]) -> Indices:
    """The smallest element of the component of each of `size` elements.

    Labels fall along the edges and jump to the label of their label until nothing changes.

    Source:
        Shiloach and Vishkin, "An O(log n) parallel connectivity algorithm", Journal of
        Algorithms 3(1), 1982.
    """
    labels = np.arange(size)
    pairs = list(edges)
    if not pairs:
        return labels
    a = np.concatenate([pair[0] for pair in pairs])
    b = np.concatenate([pair[1] for pair in pairs])
    while True:
        root_a, root_b = labels[a], labels[b]
        if np.array_equal(root_a, root_b):
            return labels
        low = np.minimum(root_a, root_b)
        np.minimum.at(labels, root_a, low)
        np.minimum.at(labels, root_b, low)
        while not np.array_equal(labels, labels[labels]):
            labels = labels[labels]
