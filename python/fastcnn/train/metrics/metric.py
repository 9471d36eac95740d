"""What a metric is."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.configured import Configured
from fastcnn.train.losses.loss import Loss
from fastcnn.train.registry import Registry


@dataclass(frozen=True)
class Metric(Configured):
    """A figure a sample, averaged over the samples of an epoch."""

    @property
    def name(self) -> str:
        """The key in logs and tables."""
        raise NotImplementedError

    def emit(self, g: Builder, prediction: Value, target: Value, loss: Loss) -> Value:
        """Appends the figure of each sample.

        Args:
            g: Where to.
            prediction: The graph's output.
            target: As the loss takes it.
            loss: What the model is trained with; it decides what the target means.

        Returns:
            float32 [N].

        Raises:
            InvalidValueError: The metric does not fit this prediction or target.
        """
        raise NotImplementedError


metrics: Registry[Metric] = Registry("metric", Metric)
