"""Channels that can trade places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fastcnn.compress.channels import Axis, Group, coupled_groups
from fastcnn.compress.fuse.same import Names
from fastcnn.graph import Graph

Permutation = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Family:
    """Groups of the same axes: the channels of one layer, or of layers that are added.

    Exchanging two of them everywhere leaves the function of the graph as it is.
    """

    groups: Sequence[Group]

    @property
    def axes(self) -> list[Axis]:
        """The axes they run along."""
        return list(self.groups[0].members)

    def indices(self, axis: Axis) -> npt.NDArray[np.int64]:
        """Indices of `axis`: one row for each group."""
        return np.stack([group.members[axis] for group in self.groups])


def find_families(graph: Graph) -> list[Family]:
    """All families of two channels and more that neither inputs nor outputs of the graph fix."""
    found: dict[tuple[tuple[Axis, int], ...], list[Group]] = {}
    for group in coupled_groups(graph):
        if not group.fixed:
            axes = tuple((axis, indices.size) for axis, indices in group.members.items())
            found.setdefault(axes, []).append(group)
    return [Family(groups) for groups in found.values() if len(groups) > 1]


def permuted(
    graph: Graph, names: Names, families: Sequence[Family], orders: Sequence[Permutation]
) -> Graph:
    """`graph` with channel `orders[f][i]` of family f in place i.

    The function stays the same.

    Args:
        graph: Built like the graph that the families are of.
        names: Its names for the values of that graph.
        families: Families of the first graph.
        orders: A permutation of the channels for each.
    """
    taken: dict[str, dict[int, npt.NDArray[np.int64]]] = {}
    for family, order in zip(families, orders, strict=True):
        for name, axis in family.axes:
            value = graph.values[names[name]]
            if value.data is not None:
                source = taken.setdefault(value.name, {}).setdefault(
                    axis, np.arange(value.data.shape[axis])
                )
                rows = family.indices((name, axis))
                source[rows] = rows[order]
    changed = {}
    for name, axes in taken.items():
        data = graph.values[name].data
        assert data is not None
        for axis, source in axes.items():
            data = np.take(data, source, axis)
        changed[name] = data
    return graph.with_data(changed)
