"""Decay along a power of the time that is left."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fastcnn.train.schedules.schedule import schedules
from fastcnn.train.schedules.spanning import Spanning


@schedules.register("polynomial", "polynomial_decay")
@dataclass(frozen=True)
class PolynomialDecay(Spanning):
    """Decay along a power of the time that is left.

        lr(step) = end + (lr0 - end) (1 - t)^power,   t = min(1, step / decay_steps)

    and, where it cycles, t = step / (decay_steps ceil(step / decay_steps)): from the end the rate
    jumps up and falls again, each time more slowly.

    Args:
        initial_learning_rate: lr0.
        decay_steps: Steps from lr0 to the end; None: the length of the fit.
        end_learning_rate: end.
        power: 1 for a straight line.
        cycle: Whether it begins anew after decay_steps.
        first_step: The step at which the decay begins.
    """

    initial_learning_rate: float = 0.01
    decay_steps: int | None = None
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.end_learning_rate >= 0, "end_learning_rate", "at least 0")
        self.require(self.power > 0, "power", "positive")

    def __call__(self, step: int, epoch: int) -> float:
        passed, length = self.passed(step), self.decay_steps or 1
        if self.cycle:
            length *= max(1, math.ceil(passed / length))
        left = 1 - min(1.0, passed / length)
        end = self.end_learning_rate
        return float(end + (self.initial_learning_rate - end) * left**self.power)
