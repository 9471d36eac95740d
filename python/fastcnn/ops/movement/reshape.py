"""The same elements under another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fastcnn.errors import InvalidValueError, ShapeError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array, Shape


@register
class Reshape(Op):
    """The same elements, in row-major order, under another shape.

    Args:
        shape: Extents of y; 0 copies the extent of x at that place, -1 (once) is what remains.

    Shape:
        x: any. y: shape.
    """

    name = "reshape"
    late = ("shape",)

    def infer(self, x: Type, *, shape: tuple[int | None, ...] | None) -> Type:
        shape = checks.length(self.name, "shape", shape)
        if None in shape:
            return Type(tuple(None for _ in shape), x.dtype)
        numbers = _check(shape, x)
        copied = {axis for axis, extent in enumerate(numbers) if extent == 0}
        y = [x.shape[axis] if axis in copied else extent for axis, extent in enumerate(numbers)]
        rest = [extent for axis, extent in enumerate(x.shape) if axis not in copied]
        asked = math.prod(extent for extent in numbers if extent > 0)
        known = math.prod(extent for extent in rest if extent is not None)
        if None not in rest and (known % asked or (-1 not in numbers and known != asked)):
            raise ShapeError(f"reshape: {checks.text(x.shape)} cannot become {shape}")
        remains = None if None in rest else known // asked
        return Type(tuple(remains if extent == -1 else extent for extent in y), x.dtype)

    def reference(self, x: Array, *, shape: tuple[int, ...]) -> Array:
        extents: Any = self.infer(Type(x.shape), shape=shape).shape  # all known, as those of x are
        y: Array = x.reshape(extents)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [back_to(g, grad_y, node.inputs[0].shape)]

    def channels(self, node: Node) -> Sequence[Tie]:
        """Exact index maps.

        An axis that stays is tied to itself. Where several axes become one, or one becomes
        several, the innermost of the several is tied (the channels of an image in channels-last
        order, as `Flatten` sees it) and the outer ones are fixed. All else is fixed.
        """
        return tie_reshape(node)


def back_to(g: Builder, grad_y: Value, shape: Shape) -> Value:
    """grad_y in the shape of x, of which one extent may be unknown."""
    if shape.count(None) > 1:
        raise ShapeError(f"reshape: the gradient needs the extents of {checks.text(shape)}")
    back = tuple(-1 if extent is None else extent for extent in shape)
    return g.apply("reshape", grad_y, shape=back)


def tie_reshape(node: Node) -> list[Tie]:
    """The ties of a node whose output holds the elements of its first input in their order."""
    x, y = node.inputs[0], node.output
    ties = [*_fix_ones(x), *_fix_ones(y)]
    for x_axes, y_axes in _matching_axes(x.shape, y.shape):
        if len(x_axes) == 1 and len(y_axes) == 1:
            if x.shape[x_axes[0]] is not None:
                ties.append(Tie.same(x, x_axes[0], y, y_axes[0]))
        elif len(y_axes) == 1:
            ties += _merge(x, x_axes, y, y_axes[0])
        elif len(x_axes) == 1:
            ties += _merge(y, y_axes, x, x_axes[0])
        else:
            ties += [*fix_axes(x, x_axes), *fix_axes(y, y_axes)]
    return ties


def _check(shape: object, x: Type) -> tuple[int, ...]:
    length = len(shape) if isinstance(shape, tuple) else 0
    extents = checks.integers("reshape", "shape", shape, length, -1)
    if extents.count(-1) > 1:
        raise InvalidValueError(f"reshape: shape may hold -1 once, it is {shape}")
    for axis, extent in enumerate(extents):
        if extent == 0 and axis >= x.rank:
            raise ShapeError(f"reshape: shape {shape} copies axis {axis}, x is {x}")
    return extents


def _matching_axes(x: Shape, y: Shape) -> list[tuple[list[int], list[int]]]:
    """The shortest runs of axes of x and y that hold the same elements; axes of 1 left out."""
    x_left = [axis for axis, extent in enumerate(x) if extent != 1]
    y_left = [axis for axis, extent in enumerate(y) if extent != 1]
    if x.count(None) != y.count(None) or _known_elements(x) != _known_elements(y):
        return [(x_left, y_left)]
    runs: list[tuple[list[int], list[int]]] = []
    while x_left and y_left:
        x_run, y_run = [x_left.pop(0)], [y_left.pop(0)]
        a, b = x[x_run[0]], y[y_run[0]]
        while a != b:
            if a is None or b is None:  # the batch moves into other axes
                return [*runs, (x_run + x_left, y_run + y_left)]
            left, run = (x_left, x_run) if a < b else (y_left, y_run)
            run.append(left.pop(0))
            a, b = _elements(x, x_run), _elements(y, y_run)
        runs.append((x_run, y_run))
    return runs


def _known_elements(shape: Shape) -> int:
    return math.prod(extent for extent in shape if extent is not None)


def _elements(shape: Shape, axes: list[int]) -> int | None:
    extents = [shape[axis] for axis in axes]
    return None if None in extents else _known_elements(tuple(extents))


def _merge(many: Value, axes: list[int], one: Value, axis: int) -> list[Tie]:
    """Several axes of `many` are one axis of `one`: the innermost is tied."""
    *outer, inner = axes
    extent, length = many.shape[inner], one.shape[axis]
    assert extent is not None
    assert length is not None
    index = np.arange(length)
    tie = Tie.pairs(one, axis, index, many, inner, index % extent)
    return [tie, *fix_axes(many, outer)]


def _fix_ones(value: Value) -> list[Tie]:
    return fix_axes(value, [axis for axis, extent in enumerate(value.shape) if extent == 1])
