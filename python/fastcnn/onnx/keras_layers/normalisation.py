"""Normalisation within a sample."""

from __future__ import annotations

from typing import Any

import numpy as np

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
    axes = (1,) if x.type.rank == 4 else (last,)
    y = _standardized(g, x, axes, layer.epsilon)
    if layer.scale:
        y = g.apply("multiply", y, _over_channels(g, "gamma", x))
    return g.apply("add", y, _over_channels(g, "beta", x)) if layer.center else y


def _standardized(g: Emitter, x: Value, axes: tuple[int, ...], epsilon: float) -> Value:
    """(x - mean) / sqrt(variance + epsilon), both over `axes`."""
    centred = g.apply("subtract", x, g.apply("reduce_mean", x, axes=axes, keepdims=1))
    squares = g.apply("multiply", centred, centred)
    variance = g.apply("reduce_mean", squares, axes=axes, keepdims=1)
    spread = g.apply("sqrt", g.apply("add", variance, g.constant("epsilon", np.array([epsilon]))))
    return g.apply("divide", centred, spread)


def _over_channels(g: Emitter, name: str, x: Value) -> Value:
    value = g.weight(name)
    return g.apply("reshape", value, shape=(-1, 1, 1)) if x.type.rank == 4 else value
