"""Layers and functions that treat each element by itself, or pairs of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn import layers
from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.onnx.keras_layers.activation import activated, named
from fastcnn.onnx.keras_layers.table import converts
from fastcnn.typing import Array

_PAIRWISE = {
    "Add": "add",
    "Divide": "divide",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Multiply": "multiply",
    "Subtract": "subtract",
    "TrueDivide": "divide",
}
_FUNCTIONS = {
    "Elu": "elu",
    "Exp": "exp",
    "HardSigmoid": "hard_sigmoid",
    "HardSilu": "hard_silu",
    "Relu": "relu",
    "Relu6": "relu6",
    "Sigmoid": "sigmoid",
    "Silu": "silu",
    "Softplus": "softplus",
    "Tanh": "tanh",
}


@converts(*map("ops.{}".format, _PAIRWISE))
def pairwise(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    _check_ranks(inputs)
    return g.apply(_PAIRWISE[type(layer).__name__], *inputs)


@converts("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
def joined(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    _check_ranks(inputs)
    ours: layers.Layer = getattr(layers, type(layer).__name__)(name=layer.name)
    return ours.emit(g, *inputs)


def _check_ranks(inputs: list[Value]) -> None:
    if len({value.type.rank for value in inputs if value.type.rank}) > 1:
        raise UnsupportedError("tensors of different rank are not supported; reshape them first")


@converts(*map("ops.{}".format, _FUNCTIONS))
def function(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    return named(g, inputs[0], _FUNCTIONS[type(layer).__name__])


@converts("Activation")
def activation(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    return activated(g, inputs[0], layer.activation)


@converts("Rescaling")
def rescaling(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    return _affine(g, inputs[0], np.asarray(layer.scale), np.asarray(layer.offset))


@converts("Normalization")
def normalization(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    mean = np.asarray(layer.mean, np.float64).reshape(-1)
    deviation = np.maximum(np.sqrt(np.asarray(layer.variance, np.float64).reshape(-1)), 1e-7)
    if layer.axis not in ((-1,), (inputs[0].type.rank - 1,), ()):
        raise UnsupportedError(f"axis {layer.axis} is not supported; normalise the last axis")
    if layer.invert:
        return _affine(g, inputs[0], deviation, mean)
    return _affine(g, inputs[0], 1 / deviation, -mean / deviation)


def _affine(g: Emitter, x: Value, scale: Array, offset: Array) -> Value:
    """Scale x + offset, of one number each or one a channel."""
    y = x
    if (scale != 1).any():
        y = g.apply("multiply", y, g.constant("scale", per_channel(scale, x)))
    if (offset != 0).any():
        y = g.apply("add", y, g.constant("offset", per_channel(offset, x)))
    return y


def per_channel(numbers: Array, x: Value) -> Array:
    """One number, or one a channel, in a shape that is broadcast over `x`."""
    if numbers.size == 1:
        return numbers.reshape((1,) * x.type.rank)
    return numbers.reshape(1, -1, 1, 1) if x.type.rank == 4 else numbers.reshape(-1)
