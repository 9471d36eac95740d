"""What an optimizer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.train.configured import Configured
from fastcnn.train.registry import Registry
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Array

AVERAGE = "average"
"""Name of the state that takes the place of a parameter when training ends."""


@dataclass(frozen=True)
class Optimizer(Configured):
    """Turns gradients into new parameters, as part of the graph of a training step."""

    @property
    def rate(self) -> float | Schedule:
        """The learning rate, never as a name."""
        raise NotImplementedError

    def with_rate(self, rate: float | Schedule) -> Optimizer:
        """The same optimizer with another learning rate."""
        raise NotImplementedError

    def emit(
        self,
        g: Builder,
        gradients: Sequence[tuple[Value, Value]],
        learning_rate: Value,
        step: Value,
    ) -> list[Value]:
        """Appends one update of every parameter, and of what is kept beside it.

        Args:
            g: Where to.
            gradients: Each parameter with the gradient of the loss, without the part of the
                regularisers.
            learning_rate: A float32 scalar.
            step: An int32 scalar, 1 at the first update.

        Returns:
            The new parameters, in the same order; the caller has them stored.
        """
        raise NotImplementedError

    def finish(self, arrays: Mapping[str, Array]) -> None:
        """Puts the averages, where the optimizer keeps any, in the place of the parameters.

        Args:
            arrays: Parameters and what is kept beside them, by name.
        """
        for name, array in arrays.items():
            parameter, _, state = name.rpartition("/")
            if state == AVERAGE and parameter in arrays:
                arrays[parameter][...] = array


optimizers: Registry[Optimizer] = Registry("optimizer", Optimizer)


def require_share(optimizer: Configured, *arguments: str) -> None:
    """Raises InvalidValueError for an argument outside [0, 1)."""
    for argument in arguments:
        value: Any = getattr(optimizer, argument)
        optimizer.require(0 <= value < 1, argument, "in [0, 1)")
