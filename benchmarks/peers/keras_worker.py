"""Keras on TensorFlow (CPU), to be compared."""

from __future__ import annotations

import os
import time
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from worker import serve

THREADS = int(os.environ["FASTCNN_BENCH_THREADS"])
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)

state: dict[str, Any] = {}


def versions() -> str:
    """What is compared."""
    return f"keras {keras.__version__} on tensorflow {tf.__version__}"


def build(weights: str) -> None:
    """The example network, started from the weights in a file."""
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    with np.load(weights) as file:
        model.set_weights([file[name] for name in file.files])
    state["model"] = model


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
    serve(versions, build, load_data, predict, fit)
