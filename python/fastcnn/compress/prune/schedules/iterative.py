"""Round after round: some goes, the rest recovers."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.compress.prune.run import Pruning
from fastcnn.compress.prune.schedules.schedule import Schedule, register
from fastcnn.models import Model


@register
@dataclass(frozen=True)
class Iterative(Schedule):
    """The same share of what is left goes in each round.

        sparsity after round r of R = 1 - (1 - s)^(r / R)

    where s is the largest share asked of a layer; smaller ones follow in proportion. The epochs are
    spread evenly over the rounds; each round starts with the optimizer's learning-rate schedule
    from its beginning (learning-rate rewinding). Criteria measure anew in each round.

    Args:
        rounds: R, at least 1.

    Source:
        Han et al., "Learning both Weights and Connections for Efficient Neural Networks",
        NeurIPS 2015; Renda, Frankle and Carbin, "Comparing Rewinding and Fine-tuning in Neural
        Network Pruning", ICLR 2020.
    """

    name = "iterative"
    rounds: int = 3

    def __post_init__(self) -> None:
        self.require(self.rounds >= 1, "rounds", "at least 1")

    def run(self, pruning: Pruning) -> Model:
        """Prunes and tunes in turn."""
        model = pruning.model
        done = 0.0
        for number in range(1, self.rounds + 1):
            progress = self._progress(pruning.largest, number)
            model = self.rewound(model.with_graph(pruning.removed(model, progress, done)))
            first, last = (pruning.epochs * n // self.rounds for n in (number - 1, number))
            model = pruning.tuned(model, last - first)
            done = progress
        return model

    def rewound(self, model: Model) -> Model:
        """What is trained on after a round of pruning."""
        return model

    def _progress(self, share: float, number: int) -> float:
        if not share or number == self.rounds:
            return 1.0
        reached: float = 1 - (1 - share) ** (number / self.rounds)
        return reached / share
