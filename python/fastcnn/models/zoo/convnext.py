"""ConvNeXt."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.layers import SymbolicTensor
from fastcnn.models.model import Model

_STAGES = ((96, 3), (192, 3), (384, 9), (768, 3))
"""Channels and blocks."""

_INITIAL = layers.initializers.TruncatedNormal(stddev=0.02)


def convnext_tiny(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> Model:
    """ConvNeXt-T, without stochastic depth.

    Args:
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        Liu et al., "A ConvNet for the 2020s", CVPR 2022.
    """
    image = layers.Input(input_shape)
    x = image
    for stage, (filters, count) in enumerate(_STAGES):
        if stage == 0:
            x = _normalised(_conv(x, filters, 4, 4))
        else:
            x = _conv(_normalised(x), filters, 2, 2)
        for _ in range(count):
            x = _block(x, filters)
    x = _normalised(layers.GlobalAveragePooling2D()(x))
    last = layers.Dense(classes, activation=classifier_activation, kernel_initializer=_INITIAL)
    return Model(image, last(x), name="convnext_tiny")


def _block(x: SymbolicTensor, filters: int) -> SymbolicTensor:
    y = layers.DepthwiseConv2D(7, padding="same", depthwise_initializer=_INITIAL)(x)
    y = _conv(_normalised(y), 4 * filters, 1)
    y = _conv(layers.GELU()(y), filters, 1)
    return layers.Add()([x, layers.LayerScale(1e-6)(y)])


def _normalised(x: SymbolicTensor) -> SymbolicTensor:
    return layers.LayerNormalization(epsilon=1e-6)(x)


def _conv(x: SymbolicTensor, filters: int, size: int, strides: int = 1) -> SymbolicTensor:
    return layers.Conv2D(filters, size, strides=strides, kernel_initializer=_INITIAL)(x)
