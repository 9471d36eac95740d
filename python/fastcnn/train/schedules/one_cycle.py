"""One rise and one long fall."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from fastcnn.train.schedules.cosine_decay import half_cosine
from fastcnn.train.schedules.schedule import schedules
from fastcnn.train.schedules.spanning import Spanning


@schedules.register("one_cycle")
@dataclass(frozen=True)
class OneCycle(Spanning):
    """Up along half a cosine, then down along another, to almost nothing.

        lr(0)           = max_learning_rate / div_factor
        lr(top)         = max_learning_rate                       top = pct_start total_steps - 1
        lr(total_steps - 1) = lr(0) / final_div_factor            and so it stays

    Args:
        max_learning_rate: The highest rate.
        total_steps: Length, in steps; None: that of the fit.
        pct_start: Share of the steps in which the rate rises.
        div_factor: How many times higher the highest rate is than the first.
        final_div_factor: How many times higher the first rate is than the last.
        first_step: The step at which it begins.

    Source:
        Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
        Learning Rates", 2018, with half cosines for the straight lines.
    """

    length: ClassVar[str] = "total_steps"

    max_learning_rate: float = 0.1
    total_steps: int | None = None
    pct_start: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.max_learning_rate > 0, "max_learning_rate", "positive")
        self.require(0 < self.pct_start < 1, "pct_start", "in (0, 1)")
        self.require(self.div_factor >= 1, "div_factor", "at least 1")
        self.require(self.final_div_factor >= 1, "final_div_factor", "at least 1")

    def starting_at(self, rate: float) -> OneCycle:
        """The same with another highest rate, which is what an optimizer calls its rate."""
        return replace(self, max_learning_rate=rate)

    def __call__(self, step: int, epoch: int) -> float:
        passed, total = self.passed(step), self.total_steps or 1
        first = self.max_learning_rate / self.div_factor
        top = max(0.0, self.pct_start * total - 1)
        if passed < top:
            return self.max_learning_rate * half_cosine(1 - passed / top, 1 / self.div_factor)
        t = min(1.0, (passed - top) / max(1e-9, total - 1 - top))
        last = first / self.final_div_factor
        return self.max_learning_rate * half_cosine(t, last / self.max_learning_rate)
