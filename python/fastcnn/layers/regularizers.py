"""Penalties on weights, added to the loss while training: by name or as objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from fastcnn.errors import InvalidValueError


@dataclass(frozen=True)
class Regularizer:
    """Base of all penalties.

    penalty = l1 sum |w| + l2 sum w^2
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("l1", self.l1), ("l2", self.l2)):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise InvalidValueError(
                    f"{type(self).__name__}: {name} must be a number of at least 0, it is {value!r}"
                )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal object, as JSON can hold them."""
        return asdict(self)


@dataclass(frozen=True, init=False)
class L1(Regularizer):
    """l1 sum |w|: drives weights to exactly zero."""

    def __init__(self, l1: float = 0.01) -> None:
        object.__setattr__(self, "l1", l1)
        object.__setattr__(self, "l2", 0.0)
        self.__post_init__()

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


@dataclass(frozen=True, init=False)
class L2(Regularizer):
    """l2 sum w^2: keeps weights small."""

    def __init__(self, l2: float = 0.01) -> None:
        object.__setattr__(self, "l1", 0.0)
        object.__setattr__(self, "l2", l2)
        self.__post_init__()

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


@dataclass(frozen=True)
class L1L2(Regularizer):
    """l1 sum |w| + l2 sum w^2.

    Source:
        Zou and Hastie, "Regularization and variable selection via the elastic net", 2005.
    """


_BY_NAME: dict[str, Callable[[], Regularizer]] = {
    "l1": L1,
    "l2": L2,
    "l1_l2": lambda: L1L2(0.01, 0.01),
}


def get(identifier: Any, owner: str = "get") -> Regularizer:
    """A penalty from its name, the object itself, or no penalty for None.

    Args:
        identifier: A name, a Regularizer or None.
        owner: Who asks, for the message.
    """
    if identifier is None:
        return Regularizer()
    if isinstance(identifier, Regularizer):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in _BY_NAME:
        return _BY_NAME[identifier.lower()]()
    raise InvalidValueError(
        f"{owner}: {identifier!r} is no regularizer; give an object (L1, L2, L1L2) "
        f"or one of {', '.join(_BY_NAME)}"
    )
