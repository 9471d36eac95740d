"""Samples that are read when they are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from fastcnn.errors import DataError, InvalidValueError
from fastcnn.typing import Array

Indices = npt.NDArray[np.int64]


class Dataset(ABC):
    """Samples that are read when they are needed: larger than memory if need be.

    `fit`, `evaluate` and `predict` take one in place of arrays and read it batch by batch, in
    threads, while the step runs.
    """

    @abstractmethod
    def __len__(self) -> int:
        """Number of samples."""

    @abstractmethod
    def read(self, indices: Indices) -> tuple[Any, Array] | tuple[Any, Array, Array]:
        """The samples at these places, in this order.

        Called from several threads at once.

        Args:
            indices: Each at least 0 and below the number of samples.

        Returns:
            (x, y) or (x, y, sample_weight): x an array or a dict by input name, y the labels as the
            loss takes them; the first axis of each counts the samples.
        """

    def split(self, share: float) -> tuple[Subset, Subset]:
        """The first samples, and the last `share` of them."""
        if not 0 < share < 1:
            raise InvalidValueError(f"split: share is {share}, it must be between 0 and 1")
        count = len(self)
        cut = int(count * (1 - share))
        if not 0 < cut < count:
            raise DataError(
                f"split: a share of {share:g} leaves {cut} and {count - cut} of {count} samples; "
                "both parts need at least 1"
            )
        return Subset(self, np.arange(cut)), Subset(self, np.arange(cut, count))


class Subset(Dataset):
    """Some samples of another data set.

    Args:
        whole: Where they are.
        places: Which, in order.
    """

    def __init__(self, whole: Dataset, places: npt.ArrayLike) -> None:
        self.whole = whole
        self.places = np.asarray(places, np.int64)

    def __len__(self) -> int:
        return len(self.places)

    def read(self, indices: Indices) -> tuple[Any, Array] | tuple[Any, Array, Array]:
        return self.whole.read(self.places[indices])
