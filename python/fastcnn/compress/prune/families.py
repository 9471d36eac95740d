"""Channels that one decision is made about: those of one layer, or of layers that are added."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.compress.channels import Axis, Group, coupled_groups
from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.graph import Graph


@dataclass(frozen=True)
class Family:
    """Coupled groups made by the same kernels.

    Args:
        layers: The layers of those kernels.
        makers: The axes of the kernels that count the channels.
        groups: The channels, each with all that is tied to it.
    """

    layers: tuple[str, ...]
    makers: tuple[Axis, ...]
    groups: tuple[Group, ...]

    @property
    def name(self) -> str:
        """Its layers, joined by " + "."""
        return " + ".join(self.layers)


def find_families(graph: Graph, exclude: frozenset[str] = frozenset()) -> list[Family]:
    """The families of a graph whose channels may be removed, in the order of their first kernel.

    Args:
        graph: In inference form.
        exclude: Layers that keep everything.
    """
    layers = {(kernel.name, kernel.axis): kernel.layer for kernel in find_kernels(graph)}
    found: dict[tuple[Axis, ...], list[Group]] = {}
    for group in coupled_groups(graph):
        makers = tuple(axis for axis in layers if axis in group.members)
        if makers and not group.fixed and exclude.isdisjoint(layers[axis] for axis in makers):
            found.setdefault(makers, []).append(group)
    return [
        Family(tuple(layers[axis] for axis in makers), makers, tuple(groups))
        for makers, groups in found.items()
    ]
