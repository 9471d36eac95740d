"""What a schedule is, and the registry of all of them."""

from __future__ import annotations

from typing import ClassVar

from fastcnn.compress.prune.run import Pruning
from fastcnn.errors import InvalidValueError
from fastcnn.models import Model


class Schedule:
    """Base of every schedule: when how much goes, and when the rest is trained."""

    name: ClassVar[str]

    def run(self, pruning: Pruning) -> Model:
        """Carries `pruning` out; gives a new model."""
        raise NotImplementedError

    def require(self, holds: bool, argument: str, limit: str) -> None:
        """Raises InvalidValueError unless `holds`."""
        if not holds:
            value = getattr(self, argument)
            raise InvalidValueError(f"{self.name}: {argument} must be {limit}, it is {value}")


_REGISTRY: dict[str, type[Schedule]] = {}


def register(cls: type[Schedule]) -> type[Schedule]:
    """Class decorator: makes the schedule known under `cls.name`, with its defaults."""
    _REGISTRY[cls.name] = cls
    return cls


def get(schedule: str | Schedule) -> Schedule:
    """The schedule of that name; a schedule is given back as it is."""
    if isinstance(schedule, Schedule):
        return schedule
    try:
        return _REGISTRY[schedule]()
    except KeyError:
        raise InvalidValueError(
            f"prune: '{schedule}' is no schedule; known: {', '.join(names())}"
        ) from None


def names() -> list[str]:
    """Names of the schedules that need no arguments, sorted."""
    return sorted(_REGISTRY)
