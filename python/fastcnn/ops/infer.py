"""Applies an op's shape rule."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache

from fastcnn.errors import DTypeError, InvalidValueError, ShapeError
from fastcnn.graph import Type
from fastcnn.graph.type_rule import set_type_rule
from fastcnn.ops import op as registry
from fastcnn.ops.late import split_late
from fastcnn.typing import Attributes


def infer(op: str, types: Sequence[Type], attrs: Attributes) -> tuple[Type, ...]:
    """Types of the outputs of `op`, always as a tuple.

    Raises:
        InvalidValueError: An input or attribute is missing or unknown, or outside its limits.
        ShapeError: The shapes do not fit.
        DTypeError: An element type does not fit.
    """
    types, late = split_late(registry.get(op), types, attrs)
    unknown = {name: _unknown(op, name, type_) for name, type_ in late.items()}
    try:
        _signature(op).bind(*types, **attrs, **unknown)
    except TypeError as error:
        raise InvalidValueError(f"{op}: {error}") from None
    inferred = registry.get(op).infer(*types, **attrs, **unknown)
    return inferred if isinstance(inferred, tuple) else (inferred,)


def _unknown(op: str, name: str, type_: Type) -> tuple[None, ...] | None:
    """A late attribute of which only the type is known; None where not even the length is."""
    if type_.dtype != "int64":
        raise DTypeError(f"{op}: {name} must be int64, it is {type_}")
    if name in registry.get(op).late_scalars:
        if type_.shape not in ((), (1,)):
            raise ShapeError(f"{op}: {name} must be one integer, it is {type_}")
        return None
    if type_.rank != 1:
        raise ShapeError(f"{op}: {name} must have one axis, it is {type_}")
    return None if type_.shape[0] is None else (None,) * type_.shape[0]


@cache
def _signature(op: str) -> inspect.Signature:
    return inspect.signature(registry.get(op).infer)


set_type_rule(infer)
