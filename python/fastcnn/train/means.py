"""Running figures over an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastcnn.train.metrics.metric import Metric
from fastcnn.typing import Array


class Means:
    """The mean loss and the metrics, over all samples seen so far.

    Args:
        keys: Names in the results of a step: the loss, a scalar that is the mean over its batch or
            a figure a sample; then the figures of the metrics.
        metrics: In the same order.
    """

    def __init__(self, keys: Sequence[str], metrics: Sequence[Metric]) -> None:
        self._loss_key, *self._keys = keys
        self._metrics = tuple(metrics)
        self._loss = 0.0
        self._totals: list[Any] = [0.0] * len(self._keys)
        self._count = 0

    def add(self, results: Mapping[str, Array], size: int) -> float:
        """Adds a batch of `size` samples; gives its loss."""
        loss = results[self._loss_key]
        total = float(loss.sum(dtype=np.float64)) if loss.ndim else float(loss) * size
        self._loss += total
        for place, (key, metric) in enumerate(zip(self._keys, self._metrics, strict=True)):
            self._totals[place] = self._totals[place] + metric.reduce(results[key])
        self._count += size
        return total / size

    def logs(self) -> dict[str, float]:
        """The figures by name."""
        pairs = zip(self._metrics, self._totals, strict=True)
        figures = {metric.name: metric.result(total, self._count) for metric, total in pairs}
        return {"loss": self._loss / self._count, **figures}

    def state_dict(self) -> dict[str, Any]:
        """What was added so far, as plain numbers and lists of them."""
        totals = [np.asarray(total).tolist() for total in self._totals]
        return {"loss": self._loss, "totals": totals, "count": self._count}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._loss, self._count = state["loss"], state["count"]
        self._totals = [np.asarray(total, np.float64) for total in state["totals"]]
