"""What shape rules ask of types and attributes; each raises with the op's name in front."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeGuard

import numpy as np

from fastcnn.errors import DTypeError, InvalidValueError, ShapeError
from fastcnn.graph import Type
from fastcnn.typing import DType, Shape

Extent = int | None


def dtype(op: str, expected: DType, **types: Type) -> None:
    """Every input named has the element type `expected`."""
    for name, given in types.items():
        if given.dtype != expected:
            raise DTypeError(f"{op}: {name} must be {expected}, it is {given}")


def floats(op: str, **types: Type) -> None:
    """Every input named is float32."""
    dtype(op, "float32", **types)


def alike(op: str, **types: Type) -> DType:
    """The one element type of all inputs named."""
    (first, known), *others = types.items()
    for name, given in others:
        if given.dtype != known.dtype:
            raise DTypeError(f"{op}: {name}, like {first}, must be {known.dtype}, it is {given}")
    return known.dtype


def real(op: str, **types: Type) -> DType:
    """The one element type of all inputs named, which must be floating."""
    return _of_kind(op, "f", "floating", types)


def numeric(op: str, **types: Type) -> DType:
    """The one element type of all inputs named, which must be a type of numbers: not bool."""
    return _of_kind(op, "fiu", "numbers", types)


def indices(op: str, **types: Type) -> DType:
    """The one element type of all inputs named, which must be int32 or int64."""
    return _of_kind(op, "i", "int32 or int64", types)


def _of_kind(op: str, kinds: str, what: str, types: Mapping[str, Type]) -> DType:
    for name, given in types.items():
        if np.dtype(given.dtype).kind not in kinds:
            raise DTypeError(f"{op}: {name} must be {what}, it is {given}")
    return alike(op, **types)


def rank(op: str, expected: int, **types: Type) -> None:
    """Every input named has exactly `expected` axes."""
    for name, given in types.items():
        if given.rank != expected:
            raise ShapeError(f"{op}: {name} must have {expected} axes, it is {given}")


def rank_at_least(op: str, least: int, **types: Type) -> None:
    """Every input named has `least` axes or more."""
    for name, given in types.items():
        if given.rank < least:
            raise ShapeError(f"{op}: {name} must have {least} axes or more, it is {given}")


def fit(op: str, given: Shape, expected: Shape, what: str) -> Shape:
    """The shape that both allow: an unknown extent takes the other's.

    Args:
        op: Name of the operation.
        given: Shape of the input in question.
        expected: What the other inputs and the attributes ask for.
        what: The input's name.
    """
    if len(given) != len(expected) or any(
        a is not None and b is not None and a != b for a, b in zip(given, expected, strict=True)
    ):
        raise ShapeError(f"{op}: {what} must have shape {text(expected)}, it has {text(given)}")
    return tuple(b if a is None else a for a, b in zip(given, expected, strict=True))


def broadcast_to(op: str, given: Shape, target: Shape, what: str) -> None:
    """`given` fits `target` by repetition alone: no extent of the target grows."""
    aligned = target[len(target) - len(given) :]
    if len(given) > len(target) or any(
        a not in (None, 1) and b is not None and a != b for a, b in zip(given, aligned, strict=True)
    ):
        raise ShapeError(f"{op}: {what} must broadcast to {text(target)}, it has {text(given)}")


def same_shape(op: str, **types: Type) -> Shape:
    """The one shape of all inputs named."""
    (first, known), *others = ((name, given.shape) for name, given in types.items())
    for name, shape in others:
        known = fit(op, shape, known, f"{name}, like {first},")
    return known


def same_floats(op: str, **types: Type) -> Type:
    """The one type of all inputs named, which must be floating and of one shape."""
    dtype = real(op, **types)
    return Type(same_shape(op, **types), dtype)


def scores_and_labels(op: str, labels: Type, **scores: Type) -> Extent:
    """The batch extent of scores [N, C] with int32 labels [N]."""
    floats(op, **scores)
    rank(op, 2, **scores)
    dtype(op, "int32", labels=labels)
    ((_, given),) = scores.items()
    return fit(op, labels.shape, given.shape[:1], "labels")[0]


def per_channel(op: str, x: Type, **vectors: Type) -> None:
    """Every vector named is float32 [C], where x is [N, C, ...]."""
    floats(op, **vectors)
    for name, given in vectors.items():
        fit(op, given.shape, (x.shape[1],), name)


def length(op: str, name: str, late: tuple[int | None, ...] | None) -> tuple[int | None, ...]:
    """A late attribute that tells a rank, hence must be of known length."""
    if late is None:
        raise ShapeError(f"{op}: the number of integers in {name} must be known: it tells a rank")
    return late


def known(op: str, extent: Extent, what: str) -> int:
    """The extent, where it must not be unknown."""
    if extent is None:
        raise ShapeError(f"{op}: {what} must be known; give the model inputs of a fixed size")
    return extent


def integer(op: str, name: str, value: object, low: int, high: int | None = None) -> int:
    """An integer attribute within [low, high]."""
    if not _is_int(value) or value < low or (high is not None and value > high):
        raise InvalidValueError(
            f"{op}: {name} must be an integer {_limits(low, high)}, not {value!r}"
        )
    return value


def flag(op: str, name: str, value: object) -> bool:
    """An attribute that is 0 or 1."""
    return bool(integer(op, name, value, 0, 1))


def integers(op: str, name: str, value: object, count: int, low: float) -> tuple[int, ...]:
    """A tuple of `count` integers of at least `low`."""
    if not isinstance(value, tuple) or len(value) != count or not _all_at_least(value, low):
        raise InvalidValueError(
            f"{op}: {name} must be a tuple of {count} integers {_limits(low, None)}, not {value!r}"
        )
    return value


def number(
    op: str, name: str, value: object, low: float = -math.inf, high: float = math.inf
) -> float:
    """A float attribute within [low, high]."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise InvalidValueError(
            f"{op}: {name} must be a number {_limits(low, high)}, not {value!r}"
        )
    return float(value)


def choice(op: str, name: str, value: object, known: Sequence[str]) -> None:
    """An attribute that is one of a few words."""
    if value not in known:
        raise InvalidValueError(f"{op}: {name} must be one of {', '.join(known)}, not {value!r}")


def axes(op: str, value: object, rank: int) -> tuple[int, ...]:
    """An attribute that names axes, counted from 0, each once."""
    count = len(value) if isinstance(value, tuple) else 0
    chosen = integers(op, "axes", value, count, 0)
    if len(set(chosen)) < count or any(axis >= rank for axis in chosen):
        raise InvalidValueError(
            f"{op}: axes must name axes from 0 to {rank - 1}, each once, they are {value}"
        )
    return chosen


def axis(op: str, value: object, of: Type) -> int:
    """An attribute that names an axis of `of`, counted from 0."""
    return integer(op, "axis", value, 0, of.rank - 1)


def text(shape: Shape) -> str:
    """As `[?, 3, 224, 224]`."""
    return "[" + ", ".join("?" if extent is None else str(extent) for extent in shape) + "]"


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _all_at_least(values: tuple[object, ...], low: float) -> TypeGuard[tuple[int, ...]]:
    return all(_is_int(value) and value >= low for value in values)


def _limits(low: float, high: float | None) -> str:
    if high is None or high == math.inf:
        return "of any size" if low == -math.inf else f"of at least {low}"
    return f"from {low} to {high}"
