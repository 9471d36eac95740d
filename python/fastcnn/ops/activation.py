"""The activation that some ops finish with: the attribute `activation`."""

from __future__ import annotations

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Value
from fastcnn.ops.builder import Builder
from fastcnn.typing import Array

ACTIVATIONS = ("linear", "relu", "relu6")


def check_activation(op: str, activation: object) -> None:
    """Raises InvalidValueError unless `activation` is one of ACTIVATIONS."""
    if activation not in ACTIVATIONS:
        raise InvalidValueError(
            f"{op}: activation must be one of {', '.join(ACTIVATIONS)}, not {activation!r}"
        )


def activate(x: Array, activation: str) -> Array:
    """x, max(x, 0) or min(max(x, 0), 6); a NaN stays."""
    if activation == "linear":
        return x
    return np.maximum(x, 0) if activation == "relu" else np.clip(x, 0, 6)


def is_steep(x: Array, activation: str) -> Array:
    """Where the activation of x has slope 1, not 0: inside its limits, and nowhere for a NaN."""
    if activation == "linear":
        return np.ones(x.shape, bool)
    return x > 0 if activation == "relu" else (x > 0) & (x < 6)


def activation_gradient(g: Builder, grad_y: Value, y: Value, activation: object) -> Value:
    """The gradient before the activation; y, the result after it, tells where it was flat."""
    if activation == "relu":
        return g.apply("relu_backward", grad_y, y)
    if activation == "relu6":
        return g.apply("clip_backward", grad_y, y, low=0.0, high=6.0)
    return grad_y
