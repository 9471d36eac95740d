"""Optimizers around another optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastcnn.train.optimizers.optimizer import Optimizer, optimizers
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Array


@dataclass(frozen=True)
class Wrapper(Optimizer):
    """Adds something to what another optimizer does.

    Args:
        optimizer: The other one, by name or object.
    """

    optimizer: Any = "adam"

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimizer", optimizers.get(self.optimizer))

    @property
    def inner(self) -> Optimizer:
        """The other optimizer, never as a name."""
        assert isinstance(self.optimizer, Optimizer)
        return self.optimizer

    @property
    def rate(self) -> float | Schedule:
        return self.inner.rate

    def with_rate(self, rate: float | Schedule) -> Wrapper:
        return replace(self, optimizer=self.inner.with_rate(rate))

    def finish(self, arrays: Mapping[str, Array]) -> None:
        self.inner.finish(arrays)
