"""Gradually, while the network trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.run import Pruning
from fastcnn.compress.prune.schedules.schedule import Schedule, register
from fastcnn.compress.prune.schedules.updates import Updates
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.typing import Array


@register
@dataclass(frozen=True)
class Gradual(Schedule):
    """Zeros are set while the network trains, fast at first and ever more slowly.

        sparsity at time t in [begin, end] = s (1 - (1 - (t - begin) / (end - begin))^3)

    Args:
        begin: When the first weights go, as a share of all batches.
        end: When the share s is reached; what follows is fine-tuning.
        updates: How many times zeros are set.

    Source:
        Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model
        compression", ICLR workshop 2018.
    """

    name = "gradual"
    begin: float = 0.0
    end: float = 0.75
    updates: int = 20

    def __post_init__(self) -> None:
        self.require(0 <= self.begin < 1, "begin", "in [0, 1)")
        self.require(self.begin < self.end <= 1, "end", "in (begin, 1]")
        self.require(self.updates >= 1, "updates", "at least 1")

    def run(self, pruning: Pruning) -> Model:
        """Tunes with zeros that become more."""
        pruning.require_training(self.name)
        model = pruning.model
        held = model.with_graph(_held(model.graph))

        def change(time: float) -> Mapping[str, Array]:
            begin = self.begin / self.end
            left = (1 - time) / (1 - begin)
            if left >= 1:
                return {}
            now = model.with_graph(updates.trainer.graph)
            graph = pruning.removed(now, 1 - left**3)
            return {
                name: value.data
                for name, value in graph.parameters.items()
                if value.data is not None
            }

        updates = Updates(self.name, change, self.updates, self.begin, self.end)
        return pruning.tuned(held, pruning.epochs, [updates])


def _held(graph: Graph) -> Graph:
    """The graph with kernels whose zeros training holds."""
    values = [kernel.value for kernel in find_kernels(graph)]
    return graph.with_values(
        {
            value.name: replace(value, traits=replace(value.traits, pruned=True))
            for value in values
            if value.traits is not None
        }
    )
