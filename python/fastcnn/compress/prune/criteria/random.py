"""Chance: the control every other criterion must beat."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.typing import FloatArray


@register
class Random(Criterion):
    """Uniform in [0, 1), whatever the weight."""

    name = "random"

    def scores(self, weights: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Fresh numbers at every call."""
        return rng.random(weights.shape, np.float32)
