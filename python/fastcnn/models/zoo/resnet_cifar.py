"""Residual networks for CIFAR."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.errors import InvalidValueError
from fastcnn.layers import SymbolicTensor
from fastcnn.models.model import Model
from fastcnn.models.zoo.blocks import channels_of, conv


def resnet_cifar(
    depth: int = 20,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    classifier_activation: str | None = "softmax",
) -> Model:
    """A residual network of three stages of n blocks, 6 n + 2 layers deep.

    Where channels double, the shortcut takes every second pixel and fills up with zeros: option A
    of the paper, written as a convolution that is not trained.

    Args:
        depth: 6 n + 2; the paper has 20, 32, 44, 56 and 110.
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
    """
    if depth < 8 or depth % 6 != 2:
        raise InvalidValueError(
            f"zoo.resnet_cifar: depth must be 6 n + 2 with n of at least 1, it is {depth}"
        )
    image = layers.Input(input_shape)
    x = conv(image, 16, 3)
    for filters in (16, 32, 64):
        for _ in range(depth // 6):
            x = _block(x, filters)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(
        image,
        layers.Dense(classes, activation=classifier_activation)(x),
        name=f"resnet{depth}_cifar",
    )


def _block(x: SymbolicTensor, filters: int) -> SymbolicTensor:
    strides = filters // channels_of(x)
    y = conv(x, filters, 3, strides)
    y = conv(y, filters, 3, activation=None)
    if strides == 2:
        x = layers.Conv2D(
            filters,
            1,
            strides=2,
            use_bias=False,
            kernel_initializer="identity",
            trainable=False,
        )(x)
    return layers.ReLU()(layers.Add()([x, y]))
