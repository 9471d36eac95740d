"""Decay with the inverse of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastcnn.train.schedules.schedule import Schedule, position, schedules


@schedules.register("time", "time_decay")
@dataclass(frozen=True)
class TimeDecay(Schedule):
    """Decay with the inverse of time.

        lr(t) = initial_learning_rate / (1 + decay t)

    Args:
        initial_learning_rate: The rate at t = 0.
        decay: How fast it falls; after 1 / decay it has halved.
        per: Whether t counts "epoch"s or "step"s.

    Source:
        Robbins and Monro, "A stochastic approximation method", Annals of Mathematical
        Statistics 22(3), 1951: steps of the order 1/t.
    """

    initial_learning_rate: float = 0.01
    decay: float = 0.1
    per: Literal["epoch", "step"] = "epoch"

    def __post_init__(self) -> None:
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.decay >= 0, "decay", "at least 0")
        self.require(self.per in ("epoch", "step"), "per", "'epoch' or 'step'")

    def __call__(self, step: int, epoch: int) -> float:
        return self.initial_learning_rate / (1 + self.decay * position(self.per, step, epoch))
