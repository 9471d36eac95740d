"""Geometric median: a filter near all others can be spared."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import ChannelCriterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class GeometricMedian(ChannelCriterion):
    """FPGM: sum of distances to the other filters of the layer; the most central go first.

        score(c) = sum over d of |w_c - w_d|_2

    Source:
        He et al., "Filter Pruning via Geometric Median for Deep Convolutional Neural Networks
        Acceleration", CVPR 2019.
    """

    name = "geometric_median"

    def channel_scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """Sums of distances, the scale of a normalisation counted in."""
        normalised = kernel.normalised()
        rows = normalised.matrix(normalised.data).astype(np.float64)
        rows = rows.reshape(len(rows), -1)
        squares = np.square(rows).sum(1)
        between = squares[:, None] + squares - 2 * rows @ rows.T
        distances: FloatArray = np.sqrt(np.maximum(between, 0)).sum(1)
        return distances
