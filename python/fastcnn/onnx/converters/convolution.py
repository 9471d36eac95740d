"""Convolutions."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import FileFormatError
from fastcnn.graph import Value
from fastcnn.graph.kernel_names import DEPTHWISE
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.windows import Window, lift, lower, window_of


@converts("Conv")
def conv(c: Call) -> Value:
    x, w, groups = c.x, c.input(1), c.integer("group", 1)
    window = window_of(c, w.shape[2:])
    _check_kernel(c, window, w)
    y = c.g.apply(
        "conv2d",
        lift(c, x, window.axes),
        _weights(c, w, window, is_depthwise=groups > 1 and w.shape[1] == 1),
        _bias(c, w.shape[0]),
        strides=window.strides,
        pads=window.pads,
        dilations=window.dilations,
        groups=groups,
    )
    return lower(c, y, window.axes)


@converts("ConvTranspose")
def conv_transpose(c: Call) -> Value:
    x, w, groups = c.x, c.input(1), c.integer("group", 1)
    axes = x.type.rank - 2
    added = c.integers("output_padding", (0,) * axes)
    window = window_of(_without_auto_pad(c), w.shape[2:])
    _check_kernel(c, window, w)
    if len(added) != axes or w.shape[1] is None:
        raise FileFormatError(f"ConvTranspose: output_padding is {added}, w is {w.type}")
    padding = (0, *added) if axes == 1 else added
    pads = _transposed_pads(c, window, padding)
    y = c.g.apply(
        "conv2d_transpose",
        lift(c, x, axes),
        _weights(c, w, window),
        _bias(c, w.shape[1] * groups),
        strides=window.strides,
        pads=pads,
        dilations=window.dilations,
        groups=groups,
        output_padding=padding,
    )
    return lower(c, y, axes)


def _without_auto_pad(c: Call) -> Call:
    """The call with explicit pads: SAME means another thing for the transposed convolution."""
    attrs = {name: value for name, value in c.attrs.items() if name != "auto_pad"}
    return Call(c.operator, c.opset, c.inputs, attrs, c.outputs, c.g)


def _transposed_pads(
    c: Call, window: Window, output_padding: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Pads that give the asked output; half of an odd total goes where auto_pad says."""
    mode = c.text("auto_pad", "NOTSET")
    asked = c.integers("output_shape", ())[-window.axes :]
    if mode == "VALID":
        return 0, 0, 0, 0
    if mode in ("NOTSET", "") and not asked:
        return window.pads
    begins, ends = [0, 0], [0, 0]
    first = 2 - window.axes
    for axis in range(first, 2):
        stride, reach, extra = window.strides[axis], window.reach[axis], output_padding[axis]
        if asked:
            extent = c.x.shape[2 + axis - first]
            if extent is None:
                raise c.refuse("output_shape needs inputs of a known height and width")
            total = stride * (extent - 1) + extra + reach - asked[axis - first]
        else:
            total = reach + extra - stride
        if total < 0:
            raise c.refuse("the asked output is larger than what the windows reach")
        half = total // 2
        begins[axis], ends[axis] = (
            (half, total - half) if mode == "SAME_UPPER" else (total - half, half)
        )
    return begins[0], begins[1], ends[0], ends[1]


def _check_kernel(c: Call, window: Window, w: Value) -> None:
    given = c.integers("kernel_shape", ()) or w.shape[2:]
    if tuple(given) != window.kernel[-window.axes :]:
        raise FileFormatError(f"{c.operator}: kernel_shape is {given}, w is {w.type}")


def _weights(c: Call, w: Value, window: Window, *, is_depthwise: bool = False) -> Value:
    """The weights as a parameter, of two spatial axes."""
    name = f"{w.name}/{DEPTHWISE}" if is_depthwise else ""
    if window.axes == 2:
        return c.g.parameter(w, form=name, name=name)
    if w.data is None:
        return c.g.apply("unsqueeze", w, axes=(2,))
    return c.g.parameter(w, np.expand_dims(w.data, 2), form=f"{name} two axes", name=name)


def _bias(c: Call, channels: int | None) -> Value:
    b = c.optional(2)
    if b is not None:
        return c.g.parameter(b)
    if channels is None:
        raise c.refuse("the number of output channels must be known")
    return c.g.constant(np.zeros(channels, np.float32), f"{c.g.label}/no_bias")
