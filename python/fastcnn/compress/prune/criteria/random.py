"""Chance: the control every other criterion must beat."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Random(Criterion):
    """Uniform in [0, 1), whatever the weight."""

    name = "random"

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Fresh numbers at every call."""
        return evidence.rng.random(kernel.data.shape, np.float32)
