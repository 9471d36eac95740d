"""The same elements under other shapes."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.elements import Elements, extent_name
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.types import as_int64


@converts("Reshape", since=5)
def reshape(c: Call) -> Value:
    """By constants where at most one extent is open, else when the extents are known."""
    x, shape = c.x, c.input(1)
    elements = c.g.elements(shape)
    if shape.type.rank != 1 or shape.type.dtype != "int64":
        raise FileFormatError(f"Reshape: the shape must be an int64 vector, it is {shape.type}")
    wanted = None if elements is None else _attribute(c, x, elements)
    if wanted is not None:
        return c.g.apply("reshape", x, shape=wanted)
    if shape.data is not None:
        raise FileFormatError(f"Reshape: {x.type} cannot become {elements}")
    if _keeps_zeros(c):
        raise c.refuse("allowzero=1 needs a constant shape")
    return c.g.apply("reshape", x, shape)


@converts("Flatten")
def flatten(c: Call) -> Value:
    rank = c.x.type.rank
    axis = c.integer("axis", 1)
    if not -rank <= axis <= rank:
        raise FileFormatError(f"Flatten: axis {axis} of {rank} axes")
    return c.g.apply("flatten", c.x, axis=axis % rank if axis < 0 else axis)


@converts("Squeeze")
def squeeze_by_attribute(c: Call) -> Value:
    return _squeeze(c, c.integers("axes") if c.has("axes") else None)


@converts("Squeeze", since=13)
def squeeze_by_input(c: Call) -> Value:
    return _squeeze(c, None if c.optional(1) is None else c.constant_ints(1, "axes"))


@converts("Unsqueeze")
def unsqueeze_by_attribute(c: Call) -> Value:
    return _unsqueeze(c, c.integers("axes"))


@converts("Unsqueeze", since=13)
def unsqueeze_by_input(c: Call) -> Value:
    return _unsqueeze(c, c.constant_ints(1, "axes"))


@converts("Transpose")
def transpose(c: Call) -> Value:
    rank = c.x.type.rank
    perm = c.integers("perm", tuple(reversed(range(rank))))
    if sorted(perm) != list(range(rank)):
        raise FileFormatError(f"Transpose: perm {perm} does not order {rank} axes")
    return c.g.apply("transpose", c.x, perm=perm)


@converts("Expand", since=8)
def expand(c: Call) -> Value:
    shape = c.input(1)
    if shape.data is None:
        return c.g.apply("expand", c.x, shape)
    return c.g.apply("expand", c.x, shape=c.constant_ints(1, "shape"))


@converts("Tile", since=6)
def tile(c: Call) -> Value:
    repeats = c.input(1)
    if repeats.data is None:
        return c.g.apply("tile", c.x, repeats)
    return c.g.apply("tile", c.x, repeats=c.constant_ints(1, "repeats"))


@converts("DepthToSpace")
def depth_to_space(c: Call) -> Value:
    size, mode = c.integer("blocksize"), c.text("mode", "DCR")
    return c.g.apply("depth_to_space", c.x, block_size=size, mode=mode)


@converts("SpaceToDepth")
def space_to_depth(c: Call) -> Value:
    if c.text("mode", "DCR") != "DCR":
        raise c.refuse("only the mode DCR is carried out")
    return c.g.apply("space_to_depth", c.x, block_size=c.integer("blocksize"))


@converts("Identity")
def identity(c: Call) -> Value:
    return c.x


@converts("Dropout")
def dropout(c: Call) -> tuple[Value | None, ...]:
    """The identity, at inference; nothing is dropped, so the mask is true everywhere."""
    mode = c.optional(2)
    if mode is not None and (mode.data is None or mode.data.any()):
        raise c.refuse("training_mode must be false; export the model for inference")
    if not c.wants(1):
        return (c.x, None)
    extents = c.g.apply("shape_of", c.x, start=0, stop=c.x.type.rank)
    return c.x, c.g.apply("cast", filled(c, extents, np.ones((), np.uint8)), dtype="bool")


def filled(c: Call, shape: Value, number: np.ndarray[tuple[()], np.dtype[np.generic]]) -> Value:
    """A tensor of one number, its shape an int64 vector."""
    dtype, value = number.dtype.name, float(number.item())
    if shape.data is None:
        return c.g.apply("fill", as_int64(c, shape), value=value, dtype=dtype)
    extents = tuple(shape.data.reshape(-1).tolist())
    return c.g.apply("fill", shape=extents, value=value, dtype=dtype)


def _attribute(c: Call, x: Value, elements: Elements) -> tuple[int, ...] | None:
    """The attribute of `reshape`; None where more than one extent is open."""
    keeps_zeros = _keeps_zeros(c)
    if keeps_zeros and 0 in elements and -1 in elements:
        raise FileFormatError(f"Reshape: {elements} holds 0 and -1, and allowzero is set")
    wanted: list[int | None] = []
    for place, element in enumerate(elements):
        if isinstance(element, int):
            if element == 0 and keeps_zeros and (place >= x.type.rank or x.shape[place] != 0):
                raise c.refuse("allowzero=1 with an extent of 0 is not carried out")
            wanted.append(element)
        elif place < x.type.rank and element == extent_name(x, place):
            wanted.append(0)
        else:
            wanted.append(None)
    if wanted.count(None) + wanted.count(-1) > 1:
        return None
    return tuple(-1 if element is None else element for element in wanted)


def _keeps_zeros(c: Call) -> bool:
    """Whether an extent of 0 is one, rather than that of x."""
    return bool(c.integer("allowzero", 0)) and c.opset >= 14


def _squeeze(c: Call, axes: tuple[int, ...] | None) -> Value:
    x = c.x
    if axes is None:
        axes = tuple(axis for axis, extent in enumerate(x.shape) if extent == 1)
        if None in x.shape:
            raise c.refuse(f"without axes the shape must be known, it is {x.type}")
    return c.g.apply("squeeze", x, axes=_from_front(c, axes, x.type.rank))


def _unsqueeze(c: Call, axes: tuple[int, ...]) -> Value:
    return c.g.apply("unsqueeze", c.x, axes=_from_front(c, axes, c.x.type.rank + len(axes)))


def _from_front(c: Call, axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    places = sorted(c.from_front(axis, rank) for axis in axes)
    if len(set(places)) != len(places):
        raise FileFormatError(f"{c.operator}: axes {axes} name one twice")
    return tuple(places)
