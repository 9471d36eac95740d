"""Energy: as magnitude for single weights, but large weights dominate a slice."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.typing import FloatArray


@register
class Energy(Criterion):
    """Square; a slice scores its squared L2 norm.

    score(w) = w^2
    """

    name = "energy"

    def scores(self, weights: FloatArray, rng: np.random.Generator) -> FloatArray:
        """The squares."""
        return np.square(weights)
