"""Magnitude against the rest of the layer, for layers of unlike scale."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class ScaledMagnitude(Criterion):
    """Absolute value in units of the layer's mean, so that layers compare in a global scope.

    score(w) = |w| / mean of |w'| over the weights w' of the layer that are not zero
    """

    name = "scaled_magnitude"

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The absolute values over their mean."""
        sizes = np.abs(kernel.data)
        count = np.count_nonzero(sizes)
        scores: FloatArray = sizes * (count / sizes.sum(dtype=np.float64)) if count else sizes
        return scores
