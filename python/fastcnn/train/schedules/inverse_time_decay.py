"""Inverse decay counted in steps, as Keras writes it."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.train.schedules.schedule import Schedule, schedules


@schedules.register("inverse_time", "inverse_time_decay")
@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """Decay with the inverse of time, counted in steps.

        lr(step) = initial_learning_rate / (1 + decay_rate step / decay_steps)

    Args:
        initial_learning_rate: The rate at step 0.
        decay_steps: Steps in one unit of time.
        decay_rate: How fast the rate falls in that unit.
        staircase: Whether step / decay_steps is rounded down.
    """

    initial_learning_rate: float = 0.01
    decay_steps: int = 1000
    decay_rate: float = 0.5
    staircase: bool = False

    def __post_init__(self) -> None:
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.decay_steps > 0, "decay_steps", "positive")
        self.require(self.decay_rate >= 0, "decay_rate", "at least 0")

    def __call__(self, step: int, epoch: int) -> float:
        t = step // self.decay_steps if self.staircase else step / self.decay_steps
        return self.initial_learning_rate / (1 + self.decay_rate * t)
