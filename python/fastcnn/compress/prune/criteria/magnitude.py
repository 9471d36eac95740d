"""Magnitude: small weights matter little."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Magnitude(Criterion):
    """Absolute value; a slice scores its L1 norm.

        score(w) = |w|

    Source:
        Han et al., "Learning both Weights and Connections for Efficient Neural Networks",
        NeurIPS 2015; Li et al., "Pruning Filters for Efficient ConvNets", ICLR 2017.
    """

    name = "magnitude"

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The absolute values."""
        return np.abs(kernel.data)
