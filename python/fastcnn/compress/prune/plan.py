"""What a pruning is asked to do, and what it says it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fastcnn.compress.prune.criteria import Criterion
from fastcnn.graph import Graph, Node


@dataclass(frozen=True)
class PrunePlan:
    """Settings of one pruning.

    Args:
        sparsity: Share to remove, in [0, 1).
        criterion: Scores weights; the lowest go first.
        scope: "layer" removes the share from each layer, "global" from all layers together.
        exclude: Names of layers that keep everything.
        round_to: Channels only: the number kept is rounded up to a multiple of this.
        rng: Source of all chance.
    """

    sparsity: float
    criterion: Criterion
    scope: str
    exclude: frozenset[str]
    round_to: int
    rng: np.random.Generator


@dataclass(frozen=True)
class LayerChange:
    """What was removed of one layer, in weights or in channels."""

    layer: str
    before: int
    after: int


Structure = Callable[[Graph, PrunePlan], tuple[Graph, list[LayerChange]]]


def kernel_nodes(graph: Graph) -> Iterator[Node]:
    """Convolutions and dense layers whose kernel is a parameter; each kernel once."""
    seen: set[str] = set()
    for node in graph.nodes:
        if node.op in ("conv2d", "conv2d_transpose", "dense"):
            kernel = node.inputs[1]
            if kernel.is_parameter and kernel.name not in seen:
                seen.add(kernel.name)
                yield node
