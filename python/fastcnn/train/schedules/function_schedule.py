"""A rate that a Python function gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastcnn.train.schedules.schedule import Schedule, position, schedules

_FUNCTIONS: dict[str, Callable[[int], float]] = {}


def constant(t: int) -> float:
    """The rate stays as it is."""
    return 1.0


_FUNCTIONS["constant"] = constant


@schedules.register("function")
@dataclass(frozen=True)
class FunctionSchedule(Schedule):
    """A rate that a Python function gives.

        lr(t) = initial_learning_rate function(t)

    What is written to a file is the name of the function. Before the file is loaded, the function
    of that name must be known again: by making a FunctionSchedule of it. Code is never loaded.

    Args:
        function: Takes t, gives a factor of at least 0; or the name of one that is known. It needs
            a name: a lambda has none.
        initial_learning_rate: What the factors multiply; 1 where the function gives the rate.
        per: Whether t counts "step"s or "epoch"s.
    """

    function: str | Callable[[int], float] = "constant"
    initial_learning_rate: float = 1.0
    per: Literal["epoch", "step"] = "step"

    def __post_init__(self) -> None:
        given = self.function
        if not isinstance(given, str):
            name = getattr(given, "__name__", "<lambda>")
            self.require(callable(given) and name != "<lambda>", "function", "a function by def")
            _FUNCTIONS[name] = given
            object.__setattr__(self, "function", name)
        known = ", ".join(sorted(_FUNCTIONS))
        limit = f"a function, or the name of one that is known: {known}"
        self.require(self.function in _FUNCTIONS, "function", limit)
        self.require(self.initial_learning_rate > 0, "initial_learning_rate", "positive")
        self.require(self.per in ("epoch", "step"), "per", "'epoch' or 'step'")

    def __call__(self, step: int, epoch: int) -> float:
        assert isinstance(self.function, str)
        factor = _FUNCTIONS[self.function](position(self.per, step, epoch))
        return float(self.initial_learning_rate * factor)
