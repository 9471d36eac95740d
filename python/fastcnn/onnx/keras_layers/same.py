"""Layers of Keras that FastCNN has under the same name, with the same arguments."""

from __future__ import annotations

from typing import Any

from fastcnn import layers
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.onnx.keras_layers.activation import activated
from fastcnn.onnx.keras_layers.table import converts

_WINDOW = ("kernel_size", "strides", "padding", "dilation_rate", "use_bias")

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "BatchNormalization": ("momentum", "epsilon", "center", "scale"),
    "Concatenate": ("axis",),
    "Conv2D": ("filters", "groups", *_WINDOW),
    "DepthwiseConv2D": ("depth_multiplier", *_WINDOW),
    "Flatten": (),
    "GlobalAveragePooling2D": ("keepdims",),
    "GlobalMaxPooling2D": ("keepdims",),
    "LeakyReLU": ("negative_slope",),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "Reshape": ("target_shape",),
    "SeparableConv2D": ("filters", "depth_multiplier", *_WINDOW),
    "Softmax": ("axis",),
    "ZeroPadding2D": ("padding",),
}
"""The arguments that matter at inference, by the layer's class."""


@converts(*ARGUMENTS)
def same(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    kind = type(layer).__name__
    arguments = {name: getattr(layer, name) for name in ARGUMENTS[kind]}
    ours: layers.Layer = getattr(layers, kind)(name=layer.name, **arguments)
    y = ours.emit(g, *inputs)
    return activated(g, y, layer.activation) if hasattr(layer, "activation") else y
