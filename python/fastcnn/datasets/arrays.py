"""Arrays that need not fit into memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn.errors import DataError
from fastcnn.train.batches import Dataset
from fastcnn.train.batches.dataset import Indices
from fastcnn.typing import Array


class Arrays(Dataset):
    """Arrays of which only the samples of a batch are converted at a time.

    For arrays of bytes, or on disk: `Arrays(np.load("x.npy", mmap_mode="r"), y, scale=1 / 255)`.

    Args:
        x: Samples of any type of numbers, the first axis counting them.
        y: As many labels, as the loss takes them.
        sample_weight: One weight a sample.
        scale: What x is multiplied by.
    """

    def __init__(
        self, x: Array, y: Any, sample_weight: Any = None, *, scale: float | None = None
    ) -> None:
        self._x = x
        self._y = np.asarray(y)
        self._weight = None if sample_weight is None else np.asarray(sample_weight)
        self._scale = None if scale is None else np.float32(scale)
        for name, array in (("y", self._y), ("sample_weight", self._weight)):
            if array is not None and (array.ndim == 0 or len(array) != len(x)):
                raise DataError(
                    f"Arrays: x holds {len(x)} samples, {name} has shape {array.shape}; they must "
                    "be as many"
                )

    def __len__(self) -> int:
        return len(self._x)

    def read(self, indices: Indices) -> tuple[Array, Array] | tuple[Array, Array, Array]:
        """The samples at these places; see `Dataset.read`."""
        x: Array = self._x[indices]
        if self._scale is not None:
            x = np.multiply(x, self._scale, dtype=np.float32)
        if self._weight is None:
            return x, self._y[indices]
        return x, self._y[indices], self._weight[indices]
