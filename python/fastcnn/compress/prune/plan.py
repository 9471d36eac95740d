"""What a pruning is asked to do, and what it says it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastcnn.compress.prune.criteria import Criterion
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.targets import Targets
from fastcnn.graph import Graph


@dataclass(frozen=True)
class PrunePlan:
    """Settings of one pruning.

    Args:
        targets: Shares to remove.
        criterion: Scores weights or channels; the lowest go first.
        evidence: What the criterion may measure.
        exclude: Names of layers that keep everything.
        round_to: Channels only: the number kept is rounded up to a multiple of this.
    """

    targets: Targets
    criterion: Criterion
    evidence: Evidence
    exclude: frozenset[str]
    round_to: int


@dataclass(frozen=True)
class LayerChange:
    """What was removed of one layer, in weights or in channels."""

    layer: str
    before: int
    after: int


Structure = Callable[[Graph, PrunePlan], tuple[Graph, list[LayerChange]]]
