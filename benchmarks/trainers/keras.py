"""Keras on TensorFlow (CPU)."""

from __future__ import annotations

import os
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))
_STAGES += ((6, 160, 3, 2), (6, 320, 1, 1))
"""Of MobileNetV2: expansion, filters, blocks, strides of the first block."""


class Trainer:
    """A model, and a compiled function that takes a batch to an update."""

    version = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"

    def __init__(self, network: str, threads: int) -> None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        self._layers: list[Any] = []
        self._model = getattr(self, f"_{network}")()

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Gives them to the layers in the order they were made in."""
        rest = iter(weights)
        for layer in self._layers:
            layer.set_weights([next(rest) for _ in layer.get_weights()])

    def compile(self, optimizer: str, options: dict[str, Any]) -> None:
        """Compiles for `fit`, and the same step by itself."""
        rule = getattr(keras.optimizers, optimizer)(**options)
        loss = keras.losses.SparseCategoricalCrossentropy()
        model = self._model
        model.compile(rule, loss, metrics=["accuracy"])
        rule.build(model.trainable_variables)

        @tf.function
        def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
            with tf.GradientTape() as tape:
                value = loss(y, model(x, training=True))
            gradients = tape.gradient(value, model.trainable_variables)
            rule.apply(gradients, model.trainable_variables)
            return value

        self._step = step

    def feed(self, x: np.ndarray, y: np.ndarray) -> None:
        """Keeps the batches as tensors."""
        self._batches = [(tf.constant(a), tf.constant(b)) for a, b in zip(x, y, strict=True)]

    def step(self, k: int) -> float:
        """One call of the compiled function."""
        return float(self._step(*self._batches[k]))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Of the model with the weights of now."""
        return np.asarray(self._model.predict(x, verbose=0))

    def fit(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> None:
        """One epoch."""
        self._model.fit(x, y, batch_size=batch_size, verbose=0)

    def _mnist_cnn(self) -> Any:
        image = keras.Input((28, 28, 1))
        x = self._new(layers.Conv2D(32, 3, activation="relu"), image)
        x = self._new(layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2)(x))
        x = self._new(layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2)(x))
        x = self._new(layers.Dense(64, activation="relu"), layers.Flatten()(x))
        return keras.Model(image, self._new(layers.Dense(10, activation="softmax"), x))

    def _resnet20(self) -> Any:
        image = keras.Input((32, 32, 3))
        x = self._conv(image, 16, 3)
        for filters in (16, 32, 64):
            for _ in range(3):
                strides = filters // x.shape[-1]
                y = self._conv(x, filters, 3, strides)
                y = self._conv(y, filters, 3, activation=None)
                if strides == 2:
                    missing = [[0, 0], [0, 0], [0, 0], [0, filters // 2]]
                    x = ops.pad(x[:, ::2, ::2, :], missing)
                x = layers.ReLU()(layers.Add()([x, y]))
        x = layers.GlobalAveragePooling2D()(x)
        return keras.Model(image, self._new(layers.Dense(10, activation="softmax"), x))

    def _mobilenet_v2(self) -> Any:
        image = keras.Input((96, 96, 3))
        x = self._conv(image, 32, 3, 2, activation="relu6")
        for expansion, filters, count, strides in _STAGES:
            for i in range(count):
                x = self._inverted_residual(x, filters, expansion, strides if i == 0 else 1)
        x = layers.GlobalAveragePooling2D()(self._conv(x, 1280, 1, activation="relu6"))
        return keras.Model(image, self._new(layers.Dense(1000, activation="softmax"), x))

    def _inverted_residual(self, x: Any, filters: int, expansion: int, strides: int) -> Any:
        channels = x.shape[-1]
        y = x if expansion == 1 else self._conv(x, expansion * channels, 1, activation="relu6")
        depthwise = layers.DepthwiseConv2D(3, strides, padding="same", use_bias=False)
        y = self._normalised(self._new(depthwise, y), "relu6")
        y = self._conv(y, filters, 1, activation=None)
        return layers.Add()([x, y]) if strides == 1 and channels == filters else y

    def _conv(
        self, x: Any, filters: int, size: int, strides: int = 1, activation: str | None = "relu"
    ) -> Any:
        conv = layers.Conv2D(filters, size, strides, padding="same", use_bias=False)
        return self._normalised(self._new(conv, x), activation)

    def _normalised(self, x: Any, activation: str | None) -> Any:
        x = self._new(layers.BatchNormalization(momentum=0.9, epsilon=1e-5), x)
        return x if activation is None else layers.Activation(activation)(x)

    def _new(self, layer: Any, x: Any) -> Any:
        self._layers.append(layer)
        return layer(x)
