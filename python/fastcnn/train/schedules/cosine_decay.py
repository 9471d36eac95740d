"""Decay along half a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fastcnn.train.schedules.schedule import Schedule, schedules


@schedules.register("cosine", "cosine_decay")
@dataclass(frozen=True)
class CosineDecay(Schedule):
    """Decay along half a cosine.

        lr(step) = lr0 (alpha + (1 - alpha) (1 + cos(pi t)) / 2)
        t = min(1, max(0, step - first_step) / decay_steps)

    Args:
        initial_learning_rate: lr0.
        decay_steps: Steps from lr0 to alpha lr0; None: the length of the fit.
        alpha: The share of lr0 that is left at the end.
        first_step: The step at which the decay begins.

    Source:
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
        ICLR 2017, equation 5, without restarts.
    """

    initial_learning_rate: float = 0.01
    decay_steps: int | None = None
    alpha: float = 0.0
    first_step: int = 0

    def __post_init__(self) -> None:
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.decay_steps is None or self.decay_steps > 0, "decay_steps", "positive")
        self.require(0 <= self.alpha <= 1, "alpha", "in [0, 1]")
        self.require(self.first_step >= 0, "first_step", "at least 0")

    def spread(self, first_step: int, steps: int) -> CosineDecay:
        if self.decay_steps is not None:
            return self
        return replace(self, decay_steps=max(1, steps), first_step=first_step)

    def __call__(self, step: int, epoch: int) -> float:
        if self.decay_steps is None:
            return self.initial_learning_rate
        t = min(1.0, max(0, step - self.first_step) / self.decay_steps)
        share = self.alpha + (1 - self.alpha) * (1 + math.cos(math.pi * t)) / 2
        return self.initial_learning_rate * share
