"""What a metric is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.configured import Configured
from fastcnn.train.losses.loss import Loss
from fastcnn.train.registry import Registry
from fastcnn.typing import Array


@dataclass(frozen=True)
class Metric(Configured):
    """A figure over the samples of an epoch: as a rule the mean of one figure a sample.

    The graph gives figures for a batch; `reduce` says what they add to the total of the epoch, and
    `result` what that total stands for. So the result does not depend on how samples fall into
    batches.
    """

    @property
    def name(self) -> str:
        """The key in logs and tables."""
        raise NotImplementedError

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        """Appends the figures of a batch.

        Args:
            g: Where to.
            prediction: The graph's output.
            target: As the loss takes it.
            loss: What the model is trained with; it decides what the target means.

        Returns:
            float32; [N], one figure a sample, where `reduce` and `result` stay as they are.

        Raises:
            InvalidValueError: The metric does not fit this prediction or target.
        """
        raise NotImplementedError

    def reduce(self, figures: Array) -> Array:
        """What a batch adds to the total, in float64: the sum of its figures."""
        total: Array = np.add.reduce(figures, axis=None, dtype=np.float64)
        return total

    def result(self, total: Array, samples: int) -> float:
        """The figure of all samples so far: the mean."""
        return float(total) / samples


@dataclass(frozen=True)
class Count(Metric):
    """A metric that counts: figures of a batch are numbers of answers, not figures of samples.

    Counts are exact up to 2^24 answers a batch, and in any number of batches.
    """

    def reduce(self, figures: Array) -> Array:
        return figures.astype(np.float64)


metrics: Registry[Metric] = Registry("metric", Metric)


def ratio(part: Array, whole: Array) -> Array:
    """The quotient, 0 where the whole is 0."""
    quotient: Array = np.divide(part, whole, out=np.zeros_like(part), where=whole != 0)
    return quotient
