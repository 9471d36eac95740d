"""The mean of the weights along the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.averages import average, is_multiple
from fastcnn.train.optimizers.optimizer import optimizers
from fastcnn.train.optimizers.wrapper import Wrapper


@optimizers.register("swa")
@dataclass(frozen=True)
class SWA(Wrapper):
    """Averages the weights after every k-th update, with equal weight; training ends with the mean.

        w <- as the other optimizer
        average <- mean of w after the updates start + k, start + 2 k, ... so far

    Before the first of them the average is w.

    Batch normalisation keeps the statistics of the last weights, not of their mean: measure them
    anew, by a pass over training data at a learning rate of 0.

    Args:
        optimizer: The other one, by name or object; it must not average by itself.
        start_averaging: start, in updates.
        average_period: k, in updates.

    Source:
        Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization",
        UAI 2018, algorithm 1.
    """

    start_averaging: int = 0
    average_period: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.start_averaging >= 0, "start_averaging", "at least 0")
        self.require(self.average_period >= 1, "average_period", "at least 1")
        averages = isinstance(self.inner, SWA) or getattr(self.inner, "use_ema", False)
        self.require(not averages, "optimizer", "one that keeps no averages of its own")

    def emit(
        self,
        g: Builder,
        gradients: Sequence[tuple[Value, Value]],
        learning_rate: Value,
        step: Value,
    ) -> list[Value]:
        new = self.inner.emit(g, gradients, learning_rate, step)
        rate = self._rate(g, g.apply("cast", step, dtype="float32"))
        for (parameter, _), value in zip(gradients, new, strict=True):
            average(g, parameter, value, rate)
        return new

    def _rate(self, g: Builder, count: Value) -> Value:
        """1 / n at the n-th update that counts, 0 at others, 1 before the first."""
        since = g.apply("subtract", count, scalar(g, self.start_averaging))
        number = g.apply("divide", since, scalar(g, self.average_period))
        share = g.apply("reciprocal", g.apply("maximum", number, scalar(g, 1)))
        counts = is_multiple(g, since, self.average_period)
        is_before = g.apply("less", number, scalar(g, 1))
        takes_part = g.apply("logical_or", counts, is_before)
        return g.apply("where", takes_part, share, scalar(g, 0))
