"""Activations, as Keras names its functions."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers import activations
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.onnx.keras_layers.table import CONVERTERS

_SELU = {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}

_ONE_OP: dict[str, tuple[str, dict[str, Any]]] = {
    "elu": ("elu", {"alpha": 1.0}),
    "exponential": ("exp", {}),
    "gelu": ("gelu", {"approximate": "none"}),
    "hard_sigmoid": ("hard_sigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "hard_silu": ("hard_swish", {}),
    "mish": ("mish", {}),
    "selu": ("selu", _SELU),
    "silu": ("swish", {"beta": 1.0}),
    "softplus": ("softplus", {}),
    "softsign": ("softsign", {}),
}


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
    if name in _ONE_OP:
        op, attributes = _ONE_OP[name]
        return g.apply(op, x, **attributes)
    if name in activations.names():
        return activations.get(name, Layer())(g, x)
    known = sorted({*_ONE_OP, *activations.names()})
    raise UnsupportedError(f"activation '{name}' is not known; known: {', '.join(known)}")
