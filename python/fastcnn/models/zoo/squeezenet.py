"""SqueezeNet 1.1."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.layers import SymbolicTensor
from fastcnn.models.model import Model


def squeezenet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    classifier_activation: str | None = "softmax",
) -> Model:
    """SqueezeNet 1.1: fire modules, no dense layer.

    Args:
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5MB
        model size", arXiv:1602.07360, 2016; version 1.1 is the authors' later release.
    """
    image = layers.Input(input_shape)
    x = layers.Conv2D(64, 3, strides=2, activation="relu", kernel_initializer="he_normal")(image)
    for stage in ((16, 16), (32, 32), (48, 48, 64, 64)):
        x = layers.MaxPooling2D(3, strides=2)(x)
        for squeezed in stage:
            x = _fire(x, squeezed)
    x = layers.Dropout(0.5)(x)
    x = layers.Conv2D(classes, 1, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return Model(image, layers.Activation(classifier_activation)(x), name="squeezenet")


def _fire(x: SymbolicTensor, squeezed: int) -> SymbolicTensor:
    """1 x 1 to few channels, then 1 x 1 and 3 x 3 side by side to four times as many each."""

    def conv(x: SymbolicTensor, filters: int, size: int) -> SymbolicTensor:
        return layers.Conv2D(
            filters, size, padding="same", activation="relu", kernel_initializer="he_normal"
        )(x)

    x = conv(x, squeezed, 1)
    return layers.Concatenate()([conv(x, 4 * squeezed, 1), conv(x, 4 * squeezed, 3)])
