"""Late attributes: those that come as int64 inputs while they depend on unknown extents."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TypeVar

from fastcnn.errors import InvalidValueError
from fastcnn.ops.op import Op
from fastcnn.typing import Array, Attribute, Attributes

T = TypeVar("T")


def split_late(
    op: Op, inputs: Sequence[T], attrs: Attributes
) -> tuple[tuple[T, ...], dict[str, T]]:
    """The inputs proper, and those that stand for late attributes, by name.

    Of the inputs beyond those that the shape rule takes, the first is the first late attribute
    that is missing, and so on.
    """
    missing = [name for name in op.late if name not in attrs]
    count = _proper_inputs(op) if missing else len(inputs)
    late = dict(zip(missing, inputs[count:], strict=False))
    return (*inputs[:count], *inputs[count + len(late) :]), late


def as_attribute(op: Op, name: str, numbers: Array) -> Attribute:
    """The attribute that an input of these numbers is."""
    integers = tuple(int(number) for number in numbers.reshape(-1))
    if name not in op.late_scalars:
        return integers
    if len(integers) != 1:
        raise InvalidValueError(f"{op.name}: {name} must be one integer, it is {integers}")
    return integers[0]


def _proper_inputs(op: Op) -> int:
    parameters = inspect.signature(op.infer).parameters.values()
    return sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters)
