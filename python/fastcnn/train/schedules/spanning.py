"""Schedules that may be as long as the fit."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, ClassVar

from fastcnn.train.schedules.schedule import Schedule


@dataclass(frozen=True)
class Spanning(Schedule):
    """A schedule whose length, where it is None, becomes that of the fit.

    Args:
        first_step: The step at which it begins.
    """

    length: ClassVar[str] = "decay_steps"
    """Name of the argument that holds the length, in steps."""

    _: KW_ONLY
    first_step: int = 0

    def __post_init__(self) -> None:
        steps = self.steps
        self.require(steps is None or steps > 0, self.length, "positive, or None")
        self.require(self.first_step >= 0, "first_step", "at least 0")

    @property
    def steps(self) -> int | None:
        """The length; None while it is open."""
        steps: int | None = getattr(self, self.length)
        return steps

    def spread(self, first_step: int, steps: int) -> Spanning:
        if self.steps is not None:
            return self
        changes: dict[str, Any] = {self.length: max(1, steps), "first_step": first_step}
        return replace(self, **changes)

    def passed(self, step: int) -> int:
        """Steps since the beginning; 0 while the length is open."""
        return 0 if self.steps is None else max(0, step - self.first_step)
