"""Decay by a constant factor in every unit of time."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.train.schedules.schedule import Schedule, schedules


@schedules.register("exponential", "exponential_decay")
@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """Decay by a constant factor in every unit of time.

        lr(step) = initial_learning_rate decay_rate^(step / decay_steps)

    The form lr(t) = lr(0) exp(-k t), t in steps, is decay_steps = 1, decay_rate = exp(-k).

    Args:
        initial_learning_rate: The rate at step 0.
        decay_steps: Steps in which the rate falls by `decay_rate`.
        decay_rate: The factor.
        staircase: Whether step / decay_steps is rounded down.
    """

    initial_learning_rate: float = 0.01
    decay_steps: int = 1000
    decay_rate: float = 0.9
    staircase: bool = False

    def __post_init__(self) -> None:
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.decay_steps > 0, "decay_steps", "positive")
        self.require(self.decay_rate > 0, "decay_rate", "positive")

    def __call__(self, step: int, epoch: int) -> float:
        t = step // self.decay_steps if self.staircase else step / self.decay_steps
        return float(self.initial_learning_rate * self.decay_rate**t)
