"""Layers that move elements, and those that do nothing at inference."""

from __future__ import annotations

from typing import Any

from fastcnn.errors import UnsupportedError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layout import graph_axis
from fastcnn.onnx.keras_layers.table import converts


@converts(
    "ActivityRegularization", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity",
    "RandomBrightness", "RandomContrast", "RandomFlip", "RandomRotation", "RandomTranslation",
    "RandomZoom", "SpatialDropout1D", "SpatialDropout2D", "StochasticDepth",
)  # fmt: skip
def nothing(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    return inputs[0]


@converts("Dropout")
def dropout(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    return g.apply("dropout", inputs[0], rate=float(layer.rate), seed=layer.seed or 0)


@converts("ops.Mean")
def mean(g: Emitter, layer: Any, inputs: list[Value]) -> Value:
    (x,) = inputs
    rank = x.type.rank
    if layer.axis is None or (rank == 4 and not layer.keepdims and _is_partial(layer.axis)):
        raise UnsupportedError(f"axis {layer.axis} is not supported; give (1, 2), or keepdims=True")
    axes = layer.axis if isinstance(layer.axis, (tuple, list)) else (layer.axis,)
    places = tuple(sorted(graph_axis(axis % rank, rank) for axis in axes))
    return g.apply("reduce_mean", x, axes=places, keepdims=int(layer.keepdims))


def _is_partial(axis: Any) -> bool:
    """Whether what remains of an image is one with axes that Keras orders otherwise."""
    return not isinstance(axis, (tuple, list)) or len(axis) < 2
