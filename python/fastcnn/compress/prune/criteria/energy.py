"""Energy: as magnitude for single weights, but large weights dominate a slice."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Energy(Criterion):
    """Square; a slice scores its squared L2 norm.

    score(w) = w^2
    """

    name = "energy"

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The squares."""
        return np.square(kernel.data)
