"""Fisher: how the loss changes, to second order, when a weight becomes zero."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Fisher(Criterion):
    """Second-order change of the loss by the diagonal of the empirical Fisher matrix; needs labels.

        score(w) = w^2 E g^2 / 2

    where g is the gradient of the loss of one sample. A slice scores the sum.

    Source:
        Theis et al., "Faster gaze prediction with dense networks and Fisher pruning", 2018;
        LeCun, Denker and Solla, "Optimal Brain Damage", NeurIPS 1989.
    """

    name = "fisher"
    comparable = True

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """w^2 E g^2 / 2."""
        scores: FloatArray = np.square(kernel.data) * evidence.gradients(kernel).square / 2
        return scores

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The sums; what follows the kernel is in the gradient already."""
        return kernel.per_channel(self.scores(kernel, evidence))
