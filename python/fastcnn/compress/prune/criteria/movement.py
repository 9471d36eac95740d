"""Movement: weights that training drives towards zero matter little."""

from __future__ import annotations

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Movement(Criterion):
    """How far one epoch of training moves a weight from zero; needs labels.

        score(w) = - sum over updates of g w (times the rate) ~ (w_after^2 - w_before^2) / 2

    A weight that shrinks scores below zero. A slice scores the sum.

    Source:
        Sanh, Wolf and Rush, "Movement Pruning: Adaptive Sparsity by Fine-Tuning", NeurIPS 2020.
    """

    name = "movement"

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The movements."""
        return evidence.movement(kernel)

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The sums."""
        return kernel.per_channel(self.scores(kernel, evidence))
