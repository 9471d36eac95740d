"""Dense layers, transposed convolution, growing images."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.onnx.keras_layers.activation import activated
from fastcnn.onnx.keras_layers.table import converts


@converts("Dense")
def dense(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    b = g.weight("bias") if layer.use_bias else g.constant("no_bias", np.zeros(layer.units))
    if x.type.rank == 2:
        y = g.apply("dense", x, g.weight("kernel"), b)
    elif x.type.rank == 4:  # over the channels of each pixel
        window: dict[str, Any] = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}
        y = g.apply("conv2d", x, g.weight("kernel"), b, groups=1, **window)
    else:
        y = g.apply("add", g.apply("matmul", x, g.weight("kernel")), b)
    return activated(g, y, layer.activation)


@converts("Conv2DTranspose")
def conv2d_transpose(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    w = g.weight("kernel")
    b = g.weight("bias") if layer.use_bias else g.constant("no_bias", np.zeros(layer.filters))
    sides = [_transposed_sides(layer, axis) for axis in (0, 1)]
    y = g.apply(
        "conv2d_transpose",
        x,
        w,
        b,
        strides=tuple(layer.strides),
        pads=(sides[0][0], sides[1][0], sides[0][1], sides[1][1]),
        dilations=tuple(layer.dilation_rate),
        groups=1,
        output_padding=(sides[0][2], sides[1][2]),
    )
    return activated(g, y, layer.activation)


def _transposed_sides(layer: Any, axis: int) -> tuple[int, int, int]:
    """Pads before and after, and output padding, that give Keras's extent.

    `valid` gives (I - 1) stride + max(span, stride), `same` I stride, for an input of I pixels and
    a kernel that spans `span`.
    """
    if layer.output_padding is not None:
        raise UnsupportedError("output_padding is not supported; leave it at None")
    stride = layer.strides[axis]
    span = layer.dilation_rate[axis] * (layer.kernel_size[axis] - 1) + 1
    if layer.padding == "valid":
        return 0, 0, max(stride - span, 0)
    surplus = span - stride
    if surplus < 0:
        return 0, 0, -surplus
    return surplus // 2, surplus - surplus // 2, 0


@converts("UpSampling2D")
def up_sampling2d(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    modes = {"nearest": "nearest", "bilinear": "linear"}
    if layer.interpolation not in modes:
        raise UnsupportedError(
            f"interpolation '{layer.interpolation}' is not supported; known: {', '.join(modes)}"
        )
    scales = (1.0, 1.0, *map(float, layer.size))
    return g.apply("resize", x, scales=scales, mode=modes[layer.interpolation])
