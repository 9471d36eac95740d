"""Running means over an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastcnn.typing import Array


class Means:
    """Means of the loss and of figures a sample, over all samples seen so far.

    Args:
        keys: Names in the results of a step: the loss, a scalar that is the mean over its batch;
            then arrays with a figure a sample.
        names: The same for logs.
    """

    def __init__(self, keys: Sequence[str], names: Sequence[str]) -> None:
        self._keys = tuple(keys)
        self._names = tuple(names)
        self._sums = [0.0] * len(self._keys)
        self._count = 0

    def add(self, results: Mapping[str, Array], size: int) -> float:
        """Adds a batch of `size` samples; gives its loss."""
        loss_key, *figure_keys = self._keys
        loss = float(results[loss_key])
        self._sums[0] += loss * size
        for place, key in enumerate(figure_keys, 1):
            self._sums[place] += float(np.add.reduce(results[key], dtype=np.float64))
        self._count += size
        return loss

    def logs(self) -> dict[str, float]:
        """The means by name."""
        return {
            name: total / self._count for name, total in zip(self._names, self._sums, strict=True)
        }

    def state_dict(self) -> dict[str, Any]:
        """What was added so far, as plain numbers."""
        return {"sums": list(self._sums), "count": self._count}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._sums, self._count = list(state["sums"]), state["count"]
