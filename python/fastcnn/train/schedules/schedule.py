"""What a learning-rate schedule is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastcnn.train.configured import Configured
from fastcnn.train.registry import Registry


@dataclass(frozen=True)
class Schedule(Configured):
    """A learning rate as a function of how far training has come."""

    def __call__(self, step: int, epoch: int) -> float:
        """The learning rate.

        Args:
            step: Updates done before this one, over the life of the optimizer.
            epoch: Epochs done before this one.
        """
        raise NotImplementedError

    def starting_at(self, rate: float) -> Schedule:
        """The same schedule with another first rate."""
        return replace(self, **{"initial_learning_rate": rate})

    def spread(self, first_step: int, steps: int) -> Schedule:
        """The schedule with what it leaves open filled in from the length of a fit.

        Args:
            first_step: `step` at which the fit begins, as if its `initial_epoch` were 0.
            steps: Updates from there to the end of the fit.
        """
        return self


schedules: Registry[Schedule] = Registry("schedule", Schedule)


def position(per: str, step: int, epoch: int) -> int:
    """The time t of a schedule that moves "per" step or epoch."""
    return step if per == "step" else epoch
