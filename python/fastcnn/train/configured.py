"""Objects that are their arguments."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.train.registry import serialize


@dataclass(frozen=True)
class Configured:
    """Base of optimizers, schedules, losses and metrics: frozen dataclasses of plain fields."""

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal object, as JSON can hold them."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    def require(self, condition: bool, argument: str, limit: str) -> None:
        """Raises InvalidValueError naming the argument, its value and its limit, unless met."""
        if not condition:
            value = getattr(self, argument)
            raise InvalidValueError(
                f"{type(self).__name__}: {argument} is {value!r}, it must be {limit}"
            )


def _plain(value: Any) -> Any:
    if isinstance(value, Configured):
        return serialize(value)
    return value.item() if isinstance(value, np.generic) else value
