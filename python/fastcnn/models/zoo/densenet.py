"""Densely connected networks, for ImageNet and for CIFAR."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn import layers
from fastcnn.errors import InvalidValueError
from fastcnn.layers import SymbolicTensor
from fastcnn.models.model import Model
from fastcnn.models.zoo import blocks
from fastcnn.models.zoo.blocks import channels_of, normalised

_LAYERS = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}
"""Layers of each block, by depth."""


def densenet(
    depth: int = 121,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> Model:
    """DenseNet-BC with a growth rate of 32.

    Args:
        depth: 121, 169 or 201 layers with weights.
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        Huang et al., "Densely Connected Convolutional Networks", CVPR 2017.
    """
    counts = blocks.known("densenet", "depth", depth, _LAYERS)
    image = layers.Input(input_shape)
    x = blocks.conv(image, 64, 7, 2)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(_dense_blocks(x, counts, 32))
    return Model(
        image, layers.Dense(classes, activation=classifier_activation)(x), name=f"densenet{depth}"
    )


def densenet_cifar(
    depth: int = 100,
    growth: int = 12,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    classifier_activation: str | None = "softmax",
) -> Model:
    """DenseNet-BC of three blocks of n layers, 6 n + 4 layers deep.

    Args:
        depth: 6 n + 4; the paper has 100, 190 and 250.
        growth: Channels that each layer adds.
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        Huang et al., "Densely Connected Convolutional Networks", CVPR 2017, section 3.
    """
    if depth < 10 or depth % 6 != 4:
        raise InvalidValueError(
            f"zoo.densenet_cifar: depth must be 6 n + 4 with n of at least 1, it is {depth}"
        )
    image = layers.Input(input_shape)
    x = _conv(image, 2 * growth, 3)
    x = layers.GlobalAveragePooling2D()(_dense_blocks(x, 3 * [depth // 6], growth))
    return Model(
        image,
        layers.Dense(classes, activation=classifier_activation)(x),
        name=f"densenet{depth}_cifar",
    )


def _dense_blocks(x: SymbolicTensor, counts: Sequence[int], growth: int) -> SymbolicTensor:
    """Blocks; between them half of the channels and half of the pixels are left."""
    for i, count in enumerate(counts):
        if i:
            x = _conv(normalised(x), channels_of(x) // 2, 1)
            x = layers.AveragePooling2D()(x)
        for _ in range(count):
            y = _conv(normalised(x), 4 * growth, 1)
            y = _conv(normalised(y), growth, 3)
            x = layers.Concatenate()([x, y])
    return normalised(x)


def _conv(x: SymbolicTensor, filters: int, size: int) -> SymbolicTensor:
    return layers.Conv2D(
        filters, size, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(x)
