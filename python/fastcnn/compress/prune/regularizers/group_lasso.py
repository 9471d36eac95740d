"""Group lasso: groups of weights become zero as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fastcnn.compress.prune.kernel import Kernel, find_kernels
from fastcnn.compress.prune.regularizers.proximal import Proximal
from fastcnn.compress.prune.structures import find_pattern
from fastcnn.compress.prune.structures.pattern import Indices
from fastcnn.compress.prune.structures.units import Units
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.typing import FloatArray


class GroupLasso(Proximal):
    """Sum of the Euclidean norms of groups of weights, each times the root of its size n.

        penalty = sum over groups of sqrt(n) |w|_2
        w <- w max(0, 1 - rate * strength * sqrt(n) / |w|_2)

    Args:
        strength: Coefficient of the penalty in the loss, at least 0.
        structure: What a group is: "channel", all weights that make one channel or unit; "kernel"
            or "AxB" as `prune` takes them.

    Source:
        Yuan and Lin, "Model selection and estimation in regression with grouped variables", JRSS B
        68(1), 2006; Wen et al., "Learning Structured Sparsity in Deep Neural Networks",
        NeurIPS 2016.
    """

    def __init__(self, strength: float, structure: str = "channel") -> None:
        super().__init__(strength)
        pattern = find_pattern(structure)
        if structure != "channel" and not isinstance(pattern, Units):
            raise InvalidValueError(
                "GroupLasso: structure must be channel, kernel or AxB (as 1x16), "
                f"it is '{structure}'"
            )
        self._units = pattern if isinstance(pattern, Units) else None
        self._labels: dict[str, Indices] = {}

    def parameters(self, graph: Graph) -> Iterator[Value]:
        """The kernels."""
        for kernel in find_kernels(graph):
            self._labels[kernel.name] = self._groups(kernel)
            yield kernel.value

    def shrink(self, value: Value, w: FloatArray, amount: float) -> FloatArray:
        """Soft thresholding of norms."""
        labels = self._labels[value.name]
        squares = np.square(w, dtype=np.float64).ravel()
        norms = np.sqrt(np.bincount(labels.ravel(), squares))
        roots = np.sqrt(np.bincount(labels.ravel()))
        kept = np.maximum(0, 1 - amount * roots / np.maximum(norms, 1e-30))
        shrunk: FloatArray = w * kept.astype(np.float32)[labels]
        return shrunk

    def _groups(self, kernel: Kernel) -> Indices:
        """The number of the group that each weight belongs to, of the kernel's shape."""
        if self._units is not None:
            return self._units.labels(kernel)
        shape = [1] * kernel.data.ndim
        shape[kernel.axis] = -1
        channels = np.arange(kernel.data.shape[kernel.axis]).reshape(shape)
        return np.broadcast_to(channels, kernel.data.shape)
