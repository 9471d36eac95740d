"""Shapes that fit by repetition, as in NumPy, and the sum that undoes it."""

from __future__ import annotations

from itertools import zip_longest

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.checks import Extent
from fastcnn.typing import Shape


def broadcast(op: str, **types: Type) -> Shape:
    """The shape of all inputs named: aligned at the last axis, an extent of 1 fits any."""
    reversed_shapes = [type_.shape[::-1] for type_ in types.values()]
    extents: list[Extent] = []
    for along in zip_longest(*reversed_shapes, fillvalue=1):
        known = {extent for extent in along if extent is not None and extent != 1}
        if len(known) > 1:
            shapes = " and ".join(checks.text(type_.shape) for type_ in types.values())
            raise ShapeError(
                f"{op}: {shapes} do not fit: each extent must be that of the others or 1, "
                f"counted from the last"
            )
        extents.append(known.pop() if known else None if None in along else 1)
    return tuple(extents[::-1])


def sum_to(g: Builder, grad: Value, like: Value) -> Value:
    """The gradient by an input of shape `like`, from that by what it was broadcast to.

        grad_like[i] = sum over every element that element i was repeated to

    An unknown extent counts as not repeated.
    """
    added = grad.type.rank - like.type.rank
    repeated = [
        axis + added
        for axis, extent in enumerate(like.shape)
        if extent == 1 and grad.shape[axis + added] != 1
    ]
    if repeated:
        grad = g.apply("reduce_sum", grad, axes=tuple(repeated), keepdims=1)
    if added:
        grad = g.apply("reduce_sum", grad, axes=tuple(range(added)), keepdims=0)
    return grad


def scalar(g: Builder, number: float) -> Value:
    """A constant that fits any shape."""
    return g.constant("number", np.asarray(number, np.float32))
