"""VGG, for ImageNet and for CIFAR."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.layers import SymbolicTensor
from fastcnn.models.model import Model
from fastcnn.models.zoo import blocks

_CONVOLUTIONS = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""Convolutions in each of the five stages, by depth."""


def vgg(
    depth: int = 16,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
    *,
    batch_normalization: bool = False,
) -> Model:
    """VGG with its two wide dense layers.

    Args:
        depth: 11, 13, 16 or 19 layers with weights.
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.
        batch_normalization: Whether one follows each convolution.

    Source:
        Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
        Recognition", ICLR 2015.
    """
    image = layers.Input(input_shape)
    x = _stages(image, depth, batch_normalization=batch_normalization)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(4096, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.5)(x)
    return Model(
        image, layers.Dense(classes, activation=classifier_activation)(x), name=f"vgg{depth}"
    )


def vgg_cifar(
    depth: int = 16,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    classifier_activation: str | None = "softmax",
) -> Model:
    """VGG for small images: batch normalisation, and one dense layer.

    Args:
        depth: 11, 13, 16 or 19, as the network for ImageNet is called.
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.
    """
    image = layers.Input(input_shape)
    x = layers.Flatten()(_stages(image, depth, batch_normalization=True))
    return Model(
        image, layers.Dense(classes, activation=classifier_activation)(x), name=f"vgg{depth}_cifar"
    )


def _stages(x: SymbolicTensor, depth: int, *, batch_normalization: bool) -> SymbolicTensor:
    counts = blocks.known("vgg", "depth", depth, _CONVOLUTIONS)
    for filters, count in zip((64, 128, 256, 512, 512), counts, strict=True):
        for _ in range(count):
            x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
            x = blocks.normalised(x) if batch_normalization else layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
    return x
