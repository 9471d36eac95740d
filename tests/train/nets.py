"""Small nets and data sets to train on."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastcnn import layers, random
from fastcnn.graph import Graph, Traits
from fastcnn.ops import Builder
from fastcnn.train import Trainer
from fastcnn.typing import Array

CLASSES = 3
SIZE = 4


def net(*, classes: int = CLASSES, activation: str | None = "softmax") -> Graph:
    """Image [4, 4, 1] -> convolution -> dense, with the same weights in every call."""
    random.set_random_seed(1)
    x = layers.Input((SIZE, SIZE, 1), name="image")
    y = layers.Conv2D(4, (3, 3), activation="relu", name="conv")(x)
    y = layers.Flatten(name="flatten")(y)
    y = layers.Dense(classes, activation=activation, name="head")(y)
    return layers.build_graph([x], [y])


def line(weight: Array, **traits: Any) -> Graph:
    """f = x w + 0 with a trainable w and a constant bias."""
    g = Builder()
    x = g.input("x", (None, weight.shape[0]))
    w = g.parameter("w", weight.astype(np.float32), Traits(**traits))
    b = g.constant("b", np.zeros(weight.shape[1], np.float32))
    return g.build([g.apply("dense", x, w, b, name="f", activation="linear")])


def blobs(count: int = 60, classes: int = CLASSES, seed: int = 3) -> tuple[Array, Array]:
    """Noisy copies of one image a class, far enough apart to be told with certainty."""
    rng = np.random.default_rng(seed)
    centres = 3 * np.random.default_rng(7).standard_normal((classes, SIZE, SIZE, 1))
    labels = np.arange(count) % classes
    images = centres[labels] + 0.3 * rng.standard_normal((count, SIZE, SIZE, 1))
    return images.astype(np.float32), labels


def trainer(graph: Graph | None = None, **arguments: Any) -> Trainer:
    """A trainer with everything set."""
    defaults: dict[str, Any] = {
        "optimizer": "adam",
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy"],
        "seed": 5,
    }
    return Trainer(graph or net(), **{**defaults, **arguments})


def same_bits(a: dict[str, Array], b: dict[str, Array]) -> bool:
    """Whether two sets of weights are equal to the last bit."""
    return a.keys() == b.keys() and all(a[name].tobytes() == b[name].tobytes() for name in a)
