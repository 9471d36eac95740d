"""MobileNet, the first."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.models.model import Model
from fastcnn.models.zoo.blocks import conv, depthwise

_BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
"""Filters and strides."""


def mobilenet_v1(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    alpha: float = 1.0,
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> Model:
    """MobileNet: depthwise convolutions, each followed by one of 1 x 1.

    Args:
        input_shape: Height, width, channels of an image.
        alpha: Every layer has this share of the channels.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
        Applications", arXiv:1704.04861, 2017.
    """
    image = layers.Input(input_shape)
    x = conv(image, int(32 * alpha), 3, 2)
    for filters, strides in _BLOCKS:
        x = depthwise(x, 3, strides)
        x = conv(x, int(filters * alpha), 1)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(
        image, layers.Dense(classes, activation=classifier_activation)(x), name="mobilenet_v1"
    )
