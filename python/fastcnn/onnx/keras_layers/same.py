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
    "Conv1D": ("filters", "groups", *_WINDOW),
    "Conv2D": ("filters", "groups", *_WINDOW),
    "Conv2DTranspose": ("filters", "output_padding", *_WINDOW),
    "Cropping2D": ("cropping",),
    "DepthwiseConv2D": ("depth_multiplier", *_WINDOW),
    "ELU": ("alpha",),
    "Flatten": (),
    "GlobalAveragePooling1D": ("keepdims",),
    "GlobalAveragePooling2D": ("keepdims",),
    "GlobalMaxPooling2D": ("keepdims",),
    "GroupNormalization": ("groups", "epsilon", "center", "scale"),
    "LayerScale": (),
    "LeakyReLU": ("negative_slope",),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "PReLU": (),
    "Permute": ("dims",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "Reshape": ("target_shape",),
    "SeparableConv2D": ("filters", "depth_multiplier", *_WINDOW),
    "Softmax": ("axis",),
    "UpSampling2D": ("size", "interpolation"),
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
