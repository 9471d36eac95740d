"""Pools."""

from __future__ import annotations

import math

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.windows import Window, lift, lower, window_of


@converts("MaxPool")
def max_pool(c: Call) -> Value:
    if c.wants(1):
        raise c.refuse("indices of the maxima are not given")
    window = window_of(c, c.integers("kernel_shape"))
    _check_pads(c, window)
    y = c.g.apply(
        "max_pool2d",
        lift(c, c.x, window.axes),
        kernel_size=window.kernel,
        strides=window.strides,
        pads=window.pads,
        dilations=window.dilations,
        ceil_mode=c.integer("ceil_mode", 0),
    )
    return lower(c, y, window.axes)


@converts("AveragePool")
def average_pool(c: Call) -> Value:
    window = window_of(c, c.integers("kernel_shape"))
    _check_pads(c, window)
    x = lift(c, c.x, window.axes)
    return lower(c, _average(c, x, window, c.integer("count_include_pad", 0)), window.axes)


@converts("LpPool")
def lp_pool(c: Call) -> Value:
    """(sum |x|^p)^(1/p), the sum being an average times the elements of a window."""
    window = window_of(c, c.integers("kernel_shape"))
    if c.integer("ceil_mode", 0):
        raise c.refuse("ceil_mode is not carried out")
    p = c.integer("p", 2)
    powers = _power(c, lift(c, c.x, window.axes), p)
    average = _average(c, powers, window, 1)
    total = c.g.apply("scale", average, factor=float(math.prod(window.kernel)))
    return lower(c, _root(c, total, p), window.axes)


@converts("GlobalAveragePool")
def global_average_pool(c: Call) -> Value:
    if c.x.type.rank == 4:
        return c.g.apply("global_average_pool2d", c.x)
    return c.g.apply("reduce_mean", c.x, axes=_spatial(c), keepdims=1)


@converts("GlobalMaxPool")
def global_max_pool(c: Call) -> Value:
    if c.x.type.rank == 4:
        return c.g.apply("global_max_pool2d", c.x)
    return c.g.apply("reduce_max", c.x, axes=_spatial(c), keepdims=1)


@converts("GlobalLpPool")
def global_lp_pool(c: Call) -> Value:
    p = c.integer("p", 2)
    if p in (1, 2):
        return c.g.apply(f"reduce_l{p}", c.x, axes=_spatial(c), keepdims=1)
    total = c.g.apply("reduce_sum", _power(c, c.x, p), axes=_spatial(c), keepdims=1)
    return _root(c, total, p)


def _average(c: Call, x: Value, window: Window, count_include_pad: int) -> Value:
    return c.g.apply(
        "average_pool2d",
        x,
        kernel_size=window.kernel,
        strides=window.strides,
        pads=window.pads,
        dilations=window.dilations,
        ceil_mode=c.integer("ceil_mode", 0),
        count_include_pad=count_include_pad,
    )


def _power(c: Call, x: Value, p: int) -> Value:
    """|x|^p."""
    if p == 2:
        return c.g.apply("multiply", x, x)
    size = c.g.apply("abs", x)
    return size if p == 1 else c.g.apply("power", size, c.g.scalar(p))


def _root(c: Call, x: Value, p: int) -> Value:
    """x^(1/p)."""
    if p < 1:
        raise FileFormatError(f"{c.operator}: p must be positive, it is {p}")
    if p == 2:
        return c.g.apply("sqrt", x)
    return x if p == 1 else c.g.apply("power", x, c.g.scalar(1 / p))


def _spatial(c: Call) -> tuple[int, ...]:
    if c.x.type.rank < 3:
        raise FileFormatError(f"{c.operator}: x must have spatial axes, it is {c.x.type}")
    return tuple(range(2, c.x.type.rank))


def _check_pads(c: Call, window: Window) -> None:
    """Windows that lie in the padding alone have no element."""
    pads = window.pads
    if any(pads[axis % 2] >= window.reach[axis % 2] for axis in range(4) if pads[axis]):
        raise c.refuse(f"the padding {pads} is as large as the window")
