"""Networks that commands build or open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fastcnn import layers, models, onnx
from fastcnn.errors import InvalidValueError, UnsupportedError
from fastcnn.models import Model, Sequential
from fastcnn.typing import Array

SMALLEST = 18
"""Height and width, in pixels, that `mnist_cnn` needs."""


def mnist_cnn(image_shape: Sequence[int], classes: int) -> Sequential:
    """The CNN of the first example: three convolutions, two poolings, two dense layers.

    Args:
        image_shape: (H, W, C).
        classes: Outputs.

    Raises:
        InvalidValueError: The images are too small for it.
    """
    height, width, _ = image_shape
    if min(height, width) < SMALLEST:
        raise InvalidValueError(
            f"mnist_cnn: takes images of {SMALLEST} x {SMALLEST} pixels or more, "
            f"these are {height} x {width}; give a model file with --model"
        )
    model = Sequential(name="mnist_cnn")
    model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=tuple(image_shape)))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def open_model(path: Path) -> Model:
    """The model in a `.fcnn` or `.onnx` file."""
    return onnx.load(path) if path.suffix == ".onnx" else models.load_model(path)


def image_size(model: Model) -> tuple[int, int] | None:
    """Height and width of the images that `model` takes, in pixels; None where it takes any."""
    (value,) = model.graph.inputs
    if len(value.shape) != 4 or value.shape[1] is None or value.shape[2] is None:
        return None
    return value.shape[1], value.shape[2]


def predicted(model: Model, x: Array) -> Array:
    """The class that `model` finds most likely, for each of the images [N, H, W, C].

    Raises:
        UnsupportedError: The model is no classifier.
    """
    scores = model.predict(x, batch_size=500)
    if isinstance(scores, dict) or scores.ndim != 2:
        raise UnsupportedError(f"{model.name}: does not give one score a class; cannot be tested")
    best: Array = np.argmax(scores, axis=1)
    return best
