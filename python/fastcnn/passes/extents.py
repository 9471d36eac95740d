"""Extents that are not known, told apart: which of them are the same one?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from fastcnn.errors import FastcnnError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import get, infer
from fastcnn.ops.late import split_late
from fastcnn.typing import Array, Shape

Numbers: TypeAlias = npt.NDArray[Any]
"""Of int, Extent or None (unknown), as objects; none or one axis."""

MAX_NUMBERS = 64
_FIRST = 1_000_003
_MOVES = {"concat", "flatten", "gather", "reshape", "slice", "squeeze", "unsqueeze"}


class Extent(int):
    """An unknown extent.

    As a number it is one that no network has, and it is the object that matters: where a shape
    rule hands it on it stays this object; where it computes with it the result is a plain int, of
    which nothing is known.
    """


class Extents:
    """The extents of every value of a graph, and the values that are made of extents."""

    def __init__(self, inputs: Iterable[Value]) -> None:
        """Every extent that an input leaves open is one of its own."""
        self._count = 0
        self._shapes: dict[str, Shape] = {}
        self._numbers: dict[str, Numbers] = {}
        for value in inputs:
            self._shapes[value.name] = self._named(value.shape, value.shape)

    def shape(self, value: Value) -> Shape:
        """The extents of `value`, an Extent for each that is not known."""
        return self._shapes.get(value.name, value.shape)

    def numbers(self, value: Value) -> Numbers | None:
        """What `value` holds, where it is a vector or a scalar made of extents and integers."""
        if value.data is None:
            return self._numbers.get(value.name)
        if value.data.dtype.kind != "i" or value.type.rank > 1 or value.data.size > MAX_NUMBERS:
            return None
        return value.data.astype(object)

    def relative(self, numbers: Numbers, x: Value) -> Numbers:
        """`numbers` as the shape of a reshape of x: 0 for its own extent, -1 for what remains."""
        shape = self.shape(x)
        target = [
            0
            if isinstance(number, Extent) and place < len(shape) and number is shape[place]
            else number
            for place, number in enumerate(numbers)
        ]
        unknown = [place for place, number in enumerate(target) if type(number) is not int]
        if len(unknown) == 1 and -1 not in target:
            target[unknown[0]] = -1
        return np.array(target, object)

    def follow(self, node: Node) -> None:
        """Notes the extents and the numbers of the outputs of a node."""
        for value, named in zip(node.outputs, self._inferred(node), strict=True):
            if None in value.shape:
                self._shapes[value.name] = self._named(value.shape, named)
        numbers = self._moved(node)
        if numbers is not None and numbers.ndim <= 1 and numbers.size <= MAX_NUMBERS:
            self._numbers[node.output.name] = numbers

    def _inferred(self, node: Node) -> list[Shape]:
        """The shapes of the outputs as the shape rule gives them from the extents."""
        declared = [value.shape for value in node.outputs]
        if not any(None in shape for shape in declared):
            return declared
        types = [Type(self.shape(value), value.type.dtype) for value in node.inputs]
        try:
            return [type_.shape for type_ in infer(node.op, types, node.attrs)]
        except FastcnnError:  # extents that may be equal, but are not known to be
            return declared

    def _named(self, shape: Shape, named: Shape) -> Shape:
        """`shape` with the Extents of `named`, or new ones, where it is not known."""
        return tuple(
            known if known is not None else name if isinstance(name, Extent) else self._new()
            for known, name in zip(shape, named, strict=True)
        )

    def _new(self) -> Extent:
        self._count += 1
        return Extent(_FIRST + 2 * self._count)

    def _moved(self, node: Node) -> Numbers | None:
        """What the output holds, where the op only moves numbers that are known."""
        if node.op == "shape_of":
            start, stop = (
                node.integer(name) if name in node.attrs else None for name in ("start", "stop")
            )
            extents = self.shape(node.inputs[0])[start:stop]
            return np.array([_plain(extent) for extent in extents], object)
        numbers = [self.numbers(value) for value in node.inputs]
        if not numbers or any(one is None for one in numbers):
            return None
        if node.op == "cast":
            return numbers[0] if node.attrs["dtype"] in ("int32", "int64") else None
        op = get(node.op)
        if node.op not in _MOVES or split_late(op, node.inputs, node.attrs)[1]:
            return None
        known = [one for one in numbers if one is not None]
        if node.op == "gather":
            indices = as_integers(known[1])
            if indices is None:
                return None
            known[1] = indices
        moved = op.reference(*known, **node.attrs)
        result = np.empty(np.shape(moved), object)
        result[...] = moved
        return result


def as_integers(numbers: Numbers | None) -> Array | None:
    """As int64, or None unless every number is known."""
    if numbers is None or not all(type(number) is int for number in numbers.flat):
        return None
    return numbers.astype(np.int64)


def _plain(extent: Any) -> Any:
    """Integers as int, which is what tells them from an Extent."""
    return extent if extent is None or isinstance(extent, Extent) else int(extent)
