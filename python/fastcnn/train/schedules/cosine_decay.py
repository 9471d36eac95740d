"""Decay along half a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fastcnn.train.schedules.schedule import schedules
from fastcnn.train.schedules.spanning import Spanning


@schedules.register("cosine", "cosine_decay")
@dataclass(frozen=True)
class CosineDecay(Spanning):
    """Decay along half a cosine, after a linear warm-up if asked.

        lr(step) = lr0 (alpha + (1 - alpha) (1 + cos(pi t)) / 2)
        t = min(1, max(0, step - first_step) / decay_steps)

    With a warm-up, lr rises from lr0 to warmup_target in warmup_steps and decays from there.

    Args:
        initial_learning_rate: lr0.
        decay_steps: Steps from the highest rate to alpha times it; None: what the warm-up leaves of
            the fit.
        alpha: The share of the highest rate that is left at the end.
        warmup_target: The highest rate; None: lr0, without a warm-up.
        warmup_steps: Length of the warm-up, in steps.
        first_step: The step at which the schedule begins.

    Source:
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
        ICLR 2017, equation 5, without restarts.
    """

    initial_learning_rate: float = 0.01
    decay_steps: int | None = None
    alpha: float = 0.0
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        target, steps = self.warmup_target, self.warmup_steps
        rises_from_zero = target is not None and self.initial_learning_rate == 0
        is_rate = self.initial_learning_rate > 0 or rises_from_zero
        self.require(is_rate, "initial_learning_rate", "positive, or 0 with a warmup_target")
        self.require(0 <= self.alpha <= 1, "alpha", "in [0, 1]")
        self.require(steps >= 0, "warmup_steps", "at least 0")
        self.require(target is None or target > 0, "warmup_target", "positive, or None")
        self.require(target is not None or steps == 0, "warmup_steps", "0 without a warmup_target")

    def spread(self, first_step: int, steps: int) -> Spanning:
        return super().spread(first_step, steps - self.warmup_steps)

    def __call__(self, step: int, epoch: int) -> float:
        passed, lr0 = self.passed(step), self.initial_learning_rate
        top = lr0 if self.warmup_target is None else self.warmup_target
        if passed < self.warmup_steps:
            return lr0 + (top - lr0) * passed / self.warmup_steps
        if self.decay_steps is None:
            return top
        t = min(1.0, (passed - self.warmup_steps) / self.decay_steps)
        return top * half_cosine(t, self.alpha)


def half_cosine(t: float, alpha: float) -> float:
    """1 at t = 0, alpha at t = 1, and flat at both."""
    return alpha + (1 - alpha) * (1 + math.cos(math.pi * t)) / 2
