"""LeNet-5."""

from __future__ import annotations

from fastcnn import layers
from fastcnn.models.sequential import Sequential


def lenet5(
    input_shape: tuple[int, int, int] = (28, 28, 1),
    classes: int = 10,
    classifier_activation: str | None = "softmax",
) -> Sequential:
    """LeNet-5 as it is built today: plain averages, every map of C3 sees every one of S2.

    Args:
        input_shape: Height, width, channels of an image.
        classes: Number of outputs.
        classifier_activation: Of the last layer; None for scores.

    Source:
        LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proceedings of
        the IEEE 86(11), 1998.
    """
    return Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(6, 5, padding="same", activation="tanh"),
            layers.AveragePooling2D(),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(classes, activation=classifier_activation),
        ],
        name="lenet5",
    )
