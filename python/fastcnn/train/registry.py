"""Named classes, and objects as plain data."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from fastcnn.errors import InvalidValueError

T = TypeVar("T")

Config = dict[str, Any]
"""`{"class_name": "Adam", "config": {"learning_rate": 0.001, ...}}`: JSON can hold it."""

_CLASSES: dict[str, type[Any]] = {}


class Registry(Generic[T]):
    """The classes of one kind, by class name and by the names users write.

    Names are compared without regard to case. Only what is registered can be made from a file.

    Args:
        kind: What the classes are, for messages: "optimizer".
        base: What every object of this kind is an instance of.
    """

    def __init__(self, kind: str, base: type[T]) -> None:
        self.kind = kind
        self.base = base
        self._by_name: dict[str, type[T]] = {}

    def register(self, *names: str) -> Callable[[type[T]], type[T]]:
        """Class decorator: makes the class known under `names` and under its own."""

        def add(cls: type[T]) -> type[T]:
            for name in (cls.__name__, *names):
                if self._by_name.setdefault(name.lower(), cls) is not cls:
                    raise ValueError(f"{self.kind} '{name}' is registered twice")
            _CLASSES[cls.__name__] = cls
            return cls

        return add

    def names(self) -> list[str]:
        """Every name that is understood, sorted."""
        return sorted(self._by_name)

    def find(self, name: str) -> type[T]:
        """The class of that name."""
        try:
            return self._by_name[name.lower()]
        except KeyError:
            close = difflib.get_close_matches(name.lower(), self._by_name)
            close.sort(key=lambda known: abs(len(known) - len(name)))
            hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(self.names())}"
            raise InvalidValueError(f"'{name}' is no known {self.kind}; {hint}") from None

    def get(self, identifier: str | T | Config) -> T:
        """An object from a name, from its config, or the object itself."""
        if isinstance(identifier, str):
            return self.find(identifier)()
        made = deserialize(identifier) if isinstance(identifier, Mapping) else identifier
        if not isinstance(made, self.base):
            raise InvalidValueError(
                f"{made!r} is no {self.kind}; give a name ({', '.join(self.names())}) or an object"
            )
        return made


def serialize(obj: Any) -> Config:
    """The object as plain data that `deserialize` turns back into its like.

    Takes optimizers, schedules, losses, metrics and regularizers.
    """
    name = type(obj).__name__
    if _CLASSES.get(name) is not type(obj):
        raise InvalidValueError(f"serialize: {obj!r} is of no registered class")
    return {"class_name": name, "config": obj.get_config()}


def deserialize(config: Mapping[str, Any]) -> Any:
    """The object that `serialize` described.

    Raises:
        InvalidValueError: The class is not one of the registered ones, or does not take these
            arguments.
    """
    name, arguments = config.get("class_name"), config.get("config")
    if not isinstance(name, str) or not isinstance(arguments, Mapping):
        raise InvalidValueError("deserialize: expected {'class_name': ..., 'config': {...}}")
    cls = _CLASSES.get(name)
    if cls is None:
        raise InvalidValueError(f"deserialize: '{name}' is no registered class")
    known = inspect.signature(cls).parameters
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        raise InvalidValueError(f"deserialize: {name} takes no argument {unknown}")
    try:
        return cls(**{key: _nested(value) for key, value in arguments.items()})
    except TypeError as error:
        raise InvalidValueError(f"deserialize: {name} cannot take {arguments}: {error}") from error


def _nested(value: Any) -> Any:
    return deserialize(value) if isinstance(value, Mapping) else value
