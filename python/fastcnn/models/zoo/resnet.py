"""Residual networks for ImageNet."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.layers import SymbolicTensor
from fastcnn.models.model import Model
from fastcnn.models.zoo import blocks
from fastcnn.models.zoo.blocks import channels_of, conv

_BLOCKS = {
    18: ("basic", (2, 2, 2, 2)),
    34: ("basic", (3, 4, 6, 3)),
    50: ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
}
"""Kind and number of the blocks of each stage, by depth."""


def resnet(
    depth: int = 50,
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> Model:
    """A residual network; a bottleneck strides in its 3 x 3 convolution.

    Args:
        depth: 18, 34, 50, 101 or 152 layers with weights.
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        He et al., "Deep Residual Learning for Image Recognition", CVPR 2016. The place of the
        strides: Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour",
        arXiv:1706.02677, 2017.
    """
    kind, counts = blocks.known("resnet", "depth", depth, _BLOCKS)
    block = _basic if kind == "basic" else _bottleneck
    image = layers.Input(input_shape)
    x = conv(image, 64, 7, 2)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for stage, count in enumerate(counts):
        for i in range(count):
            x = block(x, 64 << stage, strides=2 if stage and i == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(
        image, layers.Dense(classes, activation=classifier_activation)(x), name=f"resnet{depth}"
    )


def _basic(x: SymbolicTensor, filters: int, strides: int) -> SymbolicTensor:
    y = conv(x, filters, 3, strides)
    y = conv(y, filters, 3, activation=None)
    return _joined(x, y, strides)


def _bottleneck(x: SymbolicTensor, filters: int, strides: int) -> SymbolicTensor:
    y = conv(x, filters, 1)
    y = conv(y, filters, 3, strides)
    y = conv(y, 4 * filters, 1, activation=None)
    return _joined(x, y, strides)


def _joined(x: SymbolicTensor, y: SymbolicTensor, strides: int) -> SymbolicTensor:
    """relu(x + y), x projected where its shape is another."""
    filters = channels_of(y)
    if strides != 1 or channels_of(x) != filters:
        x = conv(x, filters, 1, strides, activation=None)
    return layers.ReLU()(layers.Add()([x, y]))
