"""Activations, as Keras names its functions."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers import activations
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.onnx.keras_layers.table import CONVERTERS


def activated(g: Emitter, x: Value, activation: Any) -> Value:
    """What an activation of Keras, a function or a layer, makes of `x`.

    Raises:
        UnsupportedError: It is not known.
    """
    kind = type(activation).__name__
    if kind in CONVERTERS:
        return CONVERTERS[kind](g, activation, [x])
    return named(g, x, getattr(activation, "__name__", kind))


def named(g: Emitter, x: Value, name: str) -> Value:
    """What the activation of that name makes of `x`.

    Raises:
        UnsupportedError: It is not known.
    """
    if name in activations.names():
        return activations.get(name, Layer())(g, x)
    raise UnsupportedError(
        f"activation '{name}' is not known; known: {', '.join(activations.names())}"
    )
