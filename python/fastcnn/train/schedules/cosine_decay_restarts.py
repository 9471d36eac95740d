"""Decay along half a cosine, again and again."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.train.schedules.cosine_decay import half_cosine
from fastcnn.train.schedules.schedule import Schedule, schedules


@schedules.register("cosine_restarts", "cosine_decay_restarts")
@dataclass(frozen=True)
class CosineDecayRestarts(Schedule):
    """Decay along half a cosine, again and again.

        lr(step) = lr0 (alpha + (1 - alpha) m_mul^i (1 + cos(pi t)) / 2)

    in period i = 0, 1, ..., of which the share t has passed; period i is
    first_decay_steps t_mul^i long.

    Args:
        initial_learning_rate: lr0.
        first_decay_steps: Length of the first period, in steps.
        t_mul: How many times as long each period is as the one before; at least 1.
        m_mul: What each restart multiplies the highest rate by.
        alpha: The share of lr0 that is left at the end of a period.

    Source:
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
        ICLR 2017, equation 5.
    """

    initial_learning_rate: float = 0.01
    first_decay_steps: int = 1000
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0

    def __post_init__(self) -> None:
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.first_decay_steps > 0, "first_decay_steps", "positive")
        self.require(self.t_mul >= 1, "t_mul", "at least 1")
        self.require(self.m_mul > 0, "m_mul", "positive")
        self.require(0 <= self.alpha <= 1, "alpha", "in [0, 1]")

    def __call__(self, step: int, epoch: int) -> float:
        period, t = self._position(step)
        # (1 + cos(pi t)) / 2, scaled, between alpha and 1.
        wave = half_cosine(t, 0.0) * self.m_mul**period
        return self.initial_learning_rate * (self.alpha + (1 - self.alpha) * wave)

    def _position(self, step: int) -> tuple[int, float]:
        """The period, and the share of it that has passed."""
        if self.t_mul == 1:
            return step // self.first_decay_steps, step % self.first_decay_steps / (
                self.first_decay_steps
            )
        period, rest, length = 0, float(step), float(self.first_decay_steps)
        while rest >= length:
            period, rest, length = period + 1, rest - length, length * self.t_mul
        return period, rest / length
