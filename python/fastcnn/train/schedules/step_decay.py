"""Decay in steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastcnn.train.schedules.schedule import Schedule, position, schedules


@schedules.register("step", "step_decay")
@dataclass(frozen=True)
class StepDecay(Schedule):
    """A drop by a factor at regular times.

        lr(t) = initial_learning_rate factor^floor(t / every)

    Args:
        initial_learning_rate: The rate before the first drop.
        factor: What each drop multiplies by.
        every: Time from drop to drop.
        per: Whether t counts "epoch"s or "step"s.
    """

    initial_learning_rate: float = 0.01
    factor: float = 0.5
    every: int = 10
    per: Literal["epoch", "step"] = "epoch"

    def __post_init__(self) -> None:
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.factor > 0, "factor", "positive")
        self.require(self.every > 0, "every", "positive")
        self.require(self.per in ("epoch", "step"), "per", "'epoch' or 'step'")

    def __call__(self, step: int, epoch: int) -> float:
        drops = position(self.per, step, epoch) // self.every
        return float(self.initial_learning_rate * self.factor**drops)
