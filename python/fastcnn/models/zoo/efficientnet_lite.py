"""EfficientNet-Lite."""

from __future__ import annotations

from math import ceil

from fastcnn import layers
from fastcnn.models.model import Model
from fastcnn.models.zoo import blocks
from fastcnn.models.zoo.blocks import conv, inverted_residual, rounded

_SCALES = {
    0: (1.0, 1.0, 224, 0.2),
    1: (1.0, 1.1, 240, 0.2),
    2: (1.1, 1.2, 260, 0.3),
    3: (1.2, 1.4, 280, 0.3),
    4: (1.4, 1.8, 300, 0.3),
}
"""Width, depth, image size in pixels, dropout."""

_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
"""Expansion, filters, blocks, strides of the first block, kernel size: EfficientNet-B0."""


def efficientnet_lite(
    version: int = 0,
    input_shape: tuple[int, int, int] | None = None,
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> Model:
    """EfficientNet without squeeze-and-excitation, with ReLU6, of fixed stem and head.

    Args:
        version: 0 to 4.
        input_shape: Height, width, channels of an image; None for the size the version is made
            for, 224 to 300 pixels.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        ICML 2019; Liu, "Higher accuracy on vision models with EfficientNet-Lite", TensorFlow
        blog, 2020.
    """
    width, depth, size, rate = blocks.known("efficientnet_lite", "version", version, _SCALES)
    image = layers.Input(input_shape or (size, size, 3))
    x = conv(image, 32, 3, 2, activation="relu6")
    for stage, (expansion, filters, count, strides, kernel) in enumerate(_STAGES):
        is_end = stage in (0, len(_STAGES) - 1)
        for i in range(count if is_end else ceil(depth * count)):
            step = strides if i == 0 else 1
            x = inverted_residual(x, rounded(filters * width), expansion, kernel, step)
    x = conv(x, 1280, 1, activation="relu6")
    x = layers.Dropout(rate)(layers.GlobalAveragePooling2D()(x))
    return Model(
        image,
        layers.Dense(classes, activation=classifier_activation)(x),
        name=f"efficientnet_lite{version}",
    )
