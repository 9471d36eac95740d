"""Applies an op's shape rule."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Type
from fastcnn.graph.type_rule import set_type_rule
from fastcnn.ops import op as registry
from fastcnn.typing import Attributes


def infer(op: str, types: Sequence[Type], attrs: Attributes) -> tuple[Type, ...]:
    """Types of the outputs of `op`, always as a tuple.

    Raises:
        InvalidValueError: An input or attribute is missing or unknown, or outside its limits.
        ShapeError: The shapes do not fit.
        DTypeError: An element type does not fit.
    """
    try:
        _signature(op).bind(*types, **attrs)
    except TypeError as error:
        raise InvalidValueError(f"{op}: {error}") from None
    inferred = registry.get(op).infer(*types, **attrs)
    return inferred if isinstance(inferred, tuple) else (inferred,)


@cache
def _signature(op: str) -> inspect.Signature:
    return inspect.signature(registry.get(op).infer)


set_type_rule(infer)
