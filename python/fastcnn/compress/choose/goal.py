"""What an optimization is to reach."""

from __future__ import annotations

from dataclasses import dataclass

from fastcnn.errors import InvalidValueError
from fastcnn.models import Model, file_size

TOLERANCE = 0.05
"""How far a measured speedup may fall short of what was promised, as a share; more is no miss."""


@dataclass(frozen=True)
class Goal:
    """Limits; None where there is none.

    Args:
        target_ms: Milliseconds of a call, at most.
        target_speedup: Times as fast as the model given, at least.
        target_bytes: Size of the saved model, at most.
        max_drop: Loss of accuracy, or of agreement, at most, as a share from 0 to 1.
    """

    target_ms: float | None
    target_speedup: float | None
    target_bytes: int | None
    max_drop: float | None

    def __post_init__(self) -> None:
        targets = {
            "target_ms": self.target_ms,
            "target_speedup": self.target_speedup,
            "target_bytes": self.target_bytes,
        }
        given = {name: value for name, value in targets.items() if value is not None}
        if len(given) > 1:
            raise InvalidValueError(f"optimize: give one of {' and '.join(given)}, not both")
        if not given and self.max_drop is None:
            raise InvalidValueError(
                "optimize: give target_speedup, target_ms, target_bytes or max_drop"
            )
        for name, value in given.items():
            if not value > 0:
                raise InvalidValueError(f"optimize: {name} must be above 0, it is {value}")
        if self.target_speedup is not None and self.target_speedup < 1:
            raise InvalidValueError(
                f"optimize: target_speedup must be at least 1, it is {self.target_speedup}"
            )
        if self.max_drop is not None and not 0 <= self.max_drop <= 1:
            raise InvalidValueError(
                f"optimize: max_drop is a share from 0 to 1, it is {self.max_drop}; "
                "0.01 is one point"
            )

    @property
    def for_size(self) -> bool:
        """Whether bytes count, not time."""
        return self.target_bytes is not None

    def ratio(self, model: Model, before_ms: float) -> float | None:
        """How many times smaller or faster; None where only the accuracy is limited."""
        if self.target_bytes is not None:
            return max(1.0, file_size(model) / self.target_bytes)
        if self.target_ms is not None:
            return max(1.0, before_ms / self.target_ms)
        return self.target_speedup

    def text(self) -> str:
        """In words."""
        parts = {
            "target_ms": f"{self.target_ms} ms",
            "target_speedup": f"{self.target_speedup}x the speed",
            "target_bytes": f"{self.target_bytes} bytes",
            "max_drop": f"a loss of {100 * (self.max_drop or 0):.2f} points at most",
        }
        return " and ".join(text for name, text in parts.items() if getattr(self, name) is not None)
