"""FastCNN, to be compared."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from worker import serve

import fastcnn as fc
from fastcnn import layers, models

state: dict[str, Any] = {}


def versions() -> str:
    """What is compared."""
    return f"fastcnn ({fc.runtime.cpu_info()['isa']})"


def build(weights: str | None = None) -> None:
    """The example network; `weights` is a file to start from."""
    model = models.Sequential()
    model.add(layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.MaxPooling2D((2, 2)))
    model.add(layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    if weights is not None:
        with np.load(weights) as file:
            model.set_weights([file[name] for name in file.files])
    state["model"] = model


def save_weights(path: str) -> None:
    """Writes the weights to a file."""
    np.savez(path, *state["model"].get_weights())


def load_data(path: str) -> None:
    """Reads the images to work on."""
    with np.load(path) as file:
        state["x"], state["y"] = file["x"], file["y"]


def predict(path: str, count: int) -> None:
    """Writes the outputs for the first `count` images."""
    np.save(path, state["model"].predict(state["x"][:count], verbose=0))


def fit(batch_size: int) -> float:
    """Seconds of one epoch."""
    start = time.perf_counter()
    state["model"].fit(state["x"], state["y"], epochs=1, batch_size=batch_size, verbose=0)
    return time.perf_counter() - start


if __name__ == "__main__":
    serve(versions, build, save_weights, load_data, predict, fit)
