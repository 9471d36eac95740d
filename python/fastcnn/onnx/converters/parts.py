"""Parts of tensors, and tensors put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.types import as_int64

_FARTHEST = 2**31 - 1
"""Beyond every extent: `slice` clips what is too far."""


@converts("Concat")
def concat(c: Call) -> Value:
    values = [c.input(i) for i in range(len(c.inputs))]
    axis = c.axis("axis", 1 if c.opset < 4 else None, c.x.type.rank)
    return c.g.apply("concat", *values, axis=axis)


@converts("Split")
def split_by_attribute(c: Call) -> tuple[Value | None, ...]:
    return _split(c, c.integers("split", ()))


@converts("Split", since=13)
def split_by_input(c: Call) -> tuple[Value | None, ...]:
    """Sizes as an input; from opset 18 on, `num_outputs` parts of which the last may be smaller."""
    return _split(c, () if c.optional(1) is None else c.constant_ints(1, "split"))


@converts("Slice")
def slice_by_attributes(c: Call) -> Value:
    starts, ends = c.integers("starts"), c.integers("ends")
    axes = c.integers("axes", tuple(range(len(starts))))
    return _slice(c, starts, ends, axes, (1,) * len(starts))


@converts("Slice", since=10)
def slice_by_inputs(c: Call) -> Value:
    starts, ends = (_integers(c, i) for i in (1, 2))
    axes = c.constant_ints(3, "axes") if c.optional(3) else tuple(range(len(starts)))
    steps = c.constant_ints(4, "steps") if c.optional(4) else (1,) * len(starts)
    return _slice(c, starts, ends, axes, steps)


@converts("Gather")
def gather(c: Call) -> Value:
    axis = c.axis("axis", 0, c.x.type.rank)
    return c.g.apply("gather", c.x, c.input(1), axis=axis)


@converts("Pad")
def pad_by_attributes(c: Call) -> Value:
    pads = c.integers("pads")
    return c.g.apply("pad", c.x, pads=pads, mode=_mode(c), value=c.number("value", 0.0))


@converts("Pad", since=11)
def pad_by_inputs(c: Call) -> Value:
    x, pads = c.x, c.input(1)
    padding = c.constant(2, "the padding") if c.optional(2) else np.zeros(())
    mode, value = _mode(c), float(padding.reshape(()).item())
    if c.optional(3) is not None:
        pads = _all_axes(c, pads, c.constant_ints(3, "axes"))
    if pads.data is None:
        return c.g.apply("pad", x, as_int64(c, pads), mode=mode, value=value)
    sizes = tuple(pads.data.reshape(-1).tolist())
    return c.g.apply("pad", x, pads=sizes, mode=mode, value=value)


def _mode(c: Call) -> str:
    mode = c.text("mode", "constant")
    if mode not in ("constant", "edge", "reflect", "wrap"):
        raise FileFormatError(f"Pad: mode is {mode!r}")
    return mode


def _all_axes(c: Call, pads: Value, axes: Sequence[int]) -> Value:
    """Pads of all axes from those of some: begins, then ends."""
    rank, count = c.x.type.rank, len(axes)
    places = [c.from_front(axis, rank) for axis in axes]
    if pads.shape != (2 * count,) or len(set(places)) != count:
        raise FileFormatError(f"Pad: pads are {pads.type}, axes are {tuple(axes)}")
    none = 2 * count  # the place of the zero behind them
    chosen = [
        places.index(axis) + offset if axis in places else none
        for offset in (0, count)
        for axis in range(rank)
    ]
    padded = c.g.apply("concat", as_int64(c, pads), c.g.integers(0), axis=0)
    return c.g.apply("gather", padded, c.g.integers(*chosen), axis=0)


def _split(c: Call, sizes: tuple[int, ...]) -> tuple[Value | None, ...]:
    axis, count = c.axis("axis", 0, c.x.type.rank), len(c.outputs)
    if not sizes:
        extent = c.x.shape[axis]
        if extent is None:
            raise c.refuse(f"without sizes, axis {axis} of {c.x.type} must be known")
        each = -(-extent // count)
        sizes = (*(each,) * (count - 1), extent - each * (count - 1))
    total = c.x.shape[axis]
    if len(sizes) != count or min(sizes) < 0 or (total is not None and sum(sizes) != total):
        raise FileFormatError(f"Split: {c.x.type} cannot be split into {sizes} along axis {axis}")
    parts, start = [], 0
    for size in sizes:
        parts.append(c.g.apply("slice", c.x, axis=axis, start=start, stop=start + size))
        start += size
    return tuple(parts)


def _integers(c: Call, index: int) -> list[int | Value]:
    """Elements of a vector input: numbers where they are known, else scalars to be computed."""
    vector = c.input(index)
    if vector.type.rank != 1 or vector.shape[0] is None:
        raise c.refuse(f"input {index} must be a vector of known length, it is {vector.type}")
    known = c.g.elements(vector) or (None,) * vector.shape[0]
    return [
        element if isinstance(element, int) else as_int64(c, _element(c, vector, place))
        for place, element in enumerate(known)
    ]


def _element(c: Call, vector: Value, place: int) -> Value:
    return c.g.apply("gather", vector, c.g.integers(place), axis=0)


def _slice(
    c: Call,
    starts: Sequence[int | Value],
    ends: Sequence[int | Value],
    axes: tuple[int, ...],
    steps: tuple[int, ...],
) -> Value:
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise FileFormatError("Slice: starts, ends, axes and steps are of different lengths")
    places = [c.from_front(axis, c.x.type.rank) for axis in axes]
    if len(set(places)) != len(places) or 0 in steps:
        raise FileFormatError(f"Slice: axes are {axes}, steps are {steps}")
    y = c.x
    for start, end, axis, step in zip(starts, ends, places, steps, strict=True):
        late = [bound for bound in (start, end) if isinstance(bound, Value)]
        known = {
            name: max(-_FARTHEST, min(_FARTHEST, bound))
            for name, bound in (("start", start), ("stop", end))
            if isinstance(bound, int)
        }
        y = c.g.apply("slice", y, *late, axis=axis, step=step, **known)
    return y
