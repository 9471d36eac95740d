"""One rate until a step, then another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastcnn.train.schedules.schedule import Schedule, schedules


@schedules.register("piecewise", "piecewise_constant_decay")
@dataclass(frozen=True)
class PiecewiseConstantDecay(Schedule):
    """One rate until a step, then another.

        lr(step) = values[i] for the first i with step <= boundaries[i], else the last value

    Args:
        boundaries: Steps, ascending.
        values: Rates, one more than boundaries.
    """

    boundaries: Sequence[int] = ()
    values: Sequence[float] = (0.01,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        object.__setattr__(self, "values", tuple(self.values))
        ascend = all(a < b for a, b in zip(self.boundaries, self.boundaries[1:], strict=False))
        self.require(ascend, "boundaries", "ascending")
        count = len(self.boundaries) + 1
        self.require(len(self.values) == count, "values", f"{count} rates, one an interval")
        self.require(all(rate >= 0 for rate in self.values), "values", "at least 0")

    def starting_at(self, rate: float) -> PiecewiseConstantDecay:
        return replace(self, values=[rate * value / self.values[0] for value in self.values])

    def __call__(self, step: int, epoch: int) -> float:
        return self.values[bisect_left(self.boundaries, step)]
