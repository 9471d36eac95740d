"""Normalisation within a sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn import layers
from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.onnx.keras_layers.table import converts


@converts("LayerNormalization")
def layer_normalization(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    last = x.type.rank - 1
    if list(np.atleast_1d(layer.axis) % x.type.rank) != [last] or layer.rms_scaling:
        raise UnsupportedError(f"axis {layer.axis} is not supported; normalise the last axis")
    ours = layers.LayerNormalization(
        name=layer.name, epsilon=layer.epsilon, center=layer.center, scale=layer.scale
    )
    return ours.emit(g, x)
