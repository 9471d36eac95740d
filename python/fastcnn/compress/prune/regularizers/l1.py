"""L1: single weights become zero."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fastcnn.compress.prune.kernel import find_kernels
from fastcnn.compress.prune.regularizers.proximal import Proximal
from fastcnn.graph import Graph, Value
from fastcnn.typing import FloatArray


class L1(Proximal):
    """Sum of the absolute values of all kernels, by soft thresholding.

        penalty = sum |w|;   w <- sign(w) max(0, |w| - rate * strength)

    Source:
        Tibshirani, "Regression Shrinkage and Selection via the Lasso", JRSS B 58(1), 1996.
    """

    def parameters(self, graph: Graph) -> Iterator[Value]:
        """The kernels."""
        return (kernel.value for kernel in find_kernels(graph))

    def shrink(self, value: Value, w: FloatArray, amount: float) -> FloatArray:
        """Soft thresholding."""
        return soft_threshold(w, amount)


def soft_threshold(w: FloatArray, amount: float) -> FloatArray:
    """sign(w) max(0, |w| - amount)."""
    shrunk: FloatArray = np.sign(w) * np.maximum(np.abs(w) - np.float32(amount), 0)
    return shrunk
