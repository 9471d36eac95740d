"""LAMP: what a weight is worth among the weights that would outlive it."""

from __future__ import annotations

import numpy as np

from fastcnn.compress.prune.criteria.criterion import Criterion, register
from fastcnn.compress.prune.evidence import Evidence
from fastcnn.compress.prune.kernel import Kernel
from fastcnn.typing import FloatArray


@register
class Lamp(Criterion):
    """Layer-adaptive magnitude, for a global scope.

        score(w) = w^2 / sum of w'^2 over the weights w' of the layer with |w'| >= |w|

    The largest weight of each layer scores 1: no layer is emptied.

    Source:
        Lee et al., "Layer-adaptive Sparsity for the Magnitude-based Pruning", ICLR 2021.
    """

    name = "lamp"

    def scores(self, kernel: Kernel, evidence: Evidence) -> FloatArray:
        """The squares over the sums of those at least as large."""
        squares = np.square(kernel.data.ravel(), dtype=np.float64)
        order = np.argsort(squares, kind="stable")
        survivors = np.cumsum(squares[order][::-1])[::-1]
        scores = np.empty_like(squares)
        scores[order] = squares[order] / np.maximum(survivors, 1e-300)
        return scores.reshape(kernel.data.shape)
