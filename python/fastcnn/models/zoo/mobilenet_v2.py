"""MobileNetV2."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.models.model import Model
from fastcnn.models.zoo.blocks import conv, inverted_residual, rounded

_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, filters, blocks, strides of the first block: table 2 of the paper."""


def mobilenet_v2(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    alpha: float = 1.0,
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
    *,
    dropout: float = 0.2,
) -> Model:
    """MobileNetV2: inverted residuals with linear bottlenecks.

    Args:
        input_shape: Height, width, channels of an image.
        alpha: Every layer has this share of the channels, the last but for alpha > 1.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.
        dropout: Share of the features in front of it that training drops.

    Source:
        Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.
    """
    image = layers.Input(input_shape)
    x = conv(image, rounded(32 * alpha), 3, 2, activation="relu6")
    for expansion, filters, count, strides in _STAGES:
        for i in range(count):
            step = strides if i == 0 else 1
            x = inverted_residual(x, rounded(filters * alpha), expansion, 3, step)
    x = conv(x, rounded(1280 * max(alpha, 1.0)), 1, activation="relu6")
    x = layers.Dropout(dropout)(layers.GlobalAveragePooling2D()(x))
    return Model(
        image, layers.Dense(classes, activation=classifier_activation)(x), name="mobilenet_v2"
    )
