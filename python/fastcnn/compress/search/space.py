"""A recipe in which values, or whole steps, are left open."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from fastcnn.compress.recipes.recipe import Recipe, read_data
from fastcnn.errors import FileFormatError

_RANGE_KEYS = frozenset(("from", "to", "step", "log"))


@dataclass(frozen=True)
class Range:
    """Numbers to choose from: whole ones where both ends are.

    Args:
        low: The least.
        high: The largest.
        step: Between neighbours; None for any number, or every whole one.
        log: Whether the logarithm is what varies evenly.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether the numbers are integers."""
        ends = (self.low, self.high, self.step if self.step is not None else 1)
        return all(isinstance(end, int) for end in ends)


class Chooser(Protocol):
    """Who settles what is left open."""

    def option(self, name: str, labels: tuple[str, ...]) -> int:
        """The index of one of the options."""

    def number(self, name: str, range: Range) -> float:
        """A number of the range."""


@dataclass(frozen=True)
class Space:
    """A recipe with choices.

    In place of a value, or of a step, stands `{any: [a, b, ...]}`, one of several, which may hold
    choices themselves; or, for numbers, `{from: 0.5, to: 0.95}`, with `step: 0.05` or `log: true`.
    A step that is `null` is left out.

    Args:
        data: As a file states it.
        source: Named in messages.
    """

    data: Mapping[str, Any]
    source: str = "recipe"

    @staticmethod
    def from_json(data: Any, source: str = "recipe") -> Space:
        """The space that `data` states, checked: every option and both ends of every range.

        Raises:
            FileFormatError: What some choice leads to is no recipe; the message says why.
        """
        for variant in _variants(data, source):
            _recipe(variant, source)
        return Space(data, source)

    def recipe(self, chooser: Chooser) -> Recipe:
        """The recipe that the choices of `chooser` make; it may have no steps."""
        return _recipe(_settle(self.data, "", chooser), self.source)

    @property
    def choices(self) -> int:
        """How many places are left open, those within options counted too."""
        return _count(self.data)


def read_space(path: str | os.PathLike[str]) -> Space:
    """The recipe with choices in a YAML or JSON file; see `read_recipe` for what is raised."""
    source, data = read_data(path)
    return Space.from_json(data, source)


def _recipe(data: Any, source: str) -> Recipe:
    """The recipe of settled data, in which steps may be None."""
    steps = data.get("steps") if isinstance(data, dict) else None
    if not isinstance(steps, list) or not steps:
        return Recipe.from_json(data, source)
    whole = [step for step in steps if step is not None]
    if whole:
        return Recipe.from_json({**data, "steps": whole}, source)
    return replace(Recipe.from_json({**data, "steps": ["prune"]}, source), steps=())


def _options(data: Any) -> list[Any] | None:
    if isinstance(data, dict) and set(data) == {"any"} and isinstance(data["any"], list):
        return data["any"]
    return None


def _is_range(data: Any) -> bool:
    return isinstance(data, dict) and {"from", "to"} <= set(data) <= _RANGE_KEYS


def _range(data: Mapping[str, Any], place: str) -> Range:
    low, high, step, log = data["from"], data["to"], data.get("step"), data.get("log", False)
    numbers = (low, high, *([] if step is None else [step]))
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise FileFormatError(f"{place}: from, to and step must be numbers, got {dict(data)}")
    if not isinstance(log, bool) or (log and step is not None):
        raise FileFormatError(
            f"{place}: log is true or false, and goes without a step: {dict(data)}"
        )
    if low > high or (log and low <= 0) or (step is not None and step <= 0):
        raise FileFormatError(
            f"{place}: from must not be over to, and a step and the ends of a logarithmic range "
            f"must be over 0: {dict(data)}"
        )
    return Range(low, high, step, log)


def _labels(options: list[Any], place: str) -> tuple[str, ...]:
    if not options:
        raise FileFormatError(f"{place}: 'any' needs one option or more")
    words = [
        next(iter(one)) if isinstance(one, dict) and len(one) == 1 else json.dumps(one)
        for one in options
    ]
    plain = len(set(words)) == len(words)
    return tuple(word if plain else f"{i} {word}" for i, word in enumerate(words, 1))


def _settle(data: Any, name: str, chooser: Chooser) -> Any:
    options = _options(data)
    if options is not None:
        labels = _labels(options, name)
        index = chooser.option(name, labels)
        return _settle(options[index], f"{name}={labels[index]}", chooser)
    if _is_range(data):
        return chooser.number(name, _range(data, name))
    if isinstance(data, dict):
        return {
            key: _settle(value, f"{name}.{key}" if name else str(key), chooser)
            for key, value in data.items()
        }
    if isinstance(data, list):
        return [_settle(value, f"{name}.{i}", chooser) for i, value in enumerate(data, 1)]
    return data


def _variants(data: Any, place: str) -> Iterator[Any]:
    """The data settled in several ways, such that each option and end of a range occurs."""
    options = _options(data)
    if options is not None:
        for label, option in zip(_labels(options, place), options, strict=True):
            yield from _variants(option, f"{place}={label}")
    elif _is_range(data):
        numbers = _range(data, place)
        yield from (numbers.low, numbers.high)
    elif isinstance(data, dict | list):
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        found = {key: list(_variants(data[key], f"{place}.{key}")) for key in keys}
        yield _put_together(data, {key: values[0] for key, values in found.items()})
        for key in keys:
            for other in found[key][1:]:
                first = {one: values[0] for one, values in found.items()}
                yield _put_together(data, {**first, key: other})
    else:
        yield data


def _put_together(like: Any, parts: dict[Any, Any]) -> Any:
    return parts if isinstance(like, dict) else list(parts.values())


def _count(data: Any) -> int:
    options = _options(data)
    if options is not None:
        return 1 + sum(_count(option) for option in options)
    if _is_range(data):
        return 1
    if isinstance(data, dict | list):
        return sum(_count(value) for value in (data.values() if isinstance(data, dict) else data))
    return 0
