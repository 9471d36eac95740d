"""Dense layers, of tensors of any rank."""

from __future__ import annotations

from typing import Any

import numpy as np

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
