"""Small models and data to train them on."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn import layers, models, random
from fastcnn.models import Model, Sequential
from fastcnn.train.callbacks import History
from fastcnn.train.optimizers import Adam

SHAPE = (8, 8, 1)


def small(*, compiled: bool = True, seed: int = 1, input_shape: object = SHAPE) -> Sequential:
    """Convolution, pooling, dense."""
    random.set_random_seed(seed)
    model = models.Sequential(name="small")
    model.add(layers.Conv2D(4, 3, activation="relu", input_shape=input_shape))
    model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(3, activation="softmax"))
    if compiled:
        compile_model(model)
    return model


def residual(seed: int = 1) -> Model:
    """Every kind of weight: plain, depthwise, separable, dense, normalisation."""
    random.set_random_seed(seed)
    x = layers.Input(SHAPE)
    a = layers.Conv2D(4, 3, padding="same")(x)
    b = layers.BatchNormalization(momentum=0.5)(a)
    b = layers.DepthwiseConv2D(3, padding="same", activation="relu")(b)
    c = layers.Add()([a, b])
    c = layers.SeparableConv2D(6, 3, depth_multiplier=2)(c)
    c = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(c))
    return models.Model(x, layers.Dense(3, activation="softmax")(c), name="residual")


def compile_model(model: Model) -> Model:
    """With everything set."""
    model.compile(
        optimizer=Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def blobs(count: int = 60, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Noisy copies of one image a class, far enough apart to be told with certainty."""
    rng = np.random.default_rng(seed)
    centres = 3 * np.random.default_rng(7).standard_normal((3, *SHAPE))
    labels = np.arange(count) % 3
    return (centres[labels] + 0.3 * rng.standard_normal((count, *SHAPE))).astype(np.float32), labels


def train(model: Model, **arguments: Any) -> History:
    """Fits a model to the blobs; a first fit of equal models has one result."""
    random.set_random_seed(4)
    return model.fit(*blobs(), **{"verbose": 0, "batch_size": 16, **arguments})


def same_weights(a: Model, b: Model) -> bool:
    """Whether all weights are equal to the last bit."""
    pairs = zip(a.get_weights(), b.get_weights(), strict=True)
    return all(x.tobytes() == y.tobytes() for x, y in pairs)
