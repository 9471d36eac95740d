"""FastCNN itself."""

from __future__ import annotations

from typing import Any

import numpy as np

import fastcnn as fc
from fastcnn import layers, models
from fastcnn.models import zoo

_LOSS = "sparse_categorical_crossentropy"


def mnist_cnn() -> models.Model:
    """The CNN of `examples/train_mnist.py`."""
    return models.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


_BUILDERS = {
    "mnist_cnn": mnist_cnn,
    "resnet20": zoo.resnet_cifar,
    # Frameworks draw different neurons to drop: no dropout, so that their losses can be compared.
    "mobilenet_v2": lambda: zoo.mobilenet_v2((96, 96, 3), dropout=0.0),
}


class Trainer:
    """A model, and the step that its `fit` would run."""

    version = f"FastCNN ({fc.cpu_info()['isa']})"

    def __init__(self, network: str, threads: int) -> None:
        fc.set_num_threads(threads)
        fc.set_random_seed(0)
        self._model = _BUILDERS[network]()

    def get_weights(self) -> list[np.ndarray]:
        """Of the layers that are trained: the shortcuts of ResNet-20 are not."""
        trained = [layer for layer in self._model.layers if layer.trainable]
        return [array for layer in trained for array in layer.get_weights()]

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Gives them to the layers they came from."""
        rest = iter(weights)
        for layer in self._model.layers:
            if layer.trainable:
                layer.set_weights([next(rest) for _ in layer.get_weights()])

    def compile(self, optimizer: str, options: dict[str, Any]) -> None:
        """Compiles the step of `fit`."""
        rule = getattr(fc.optimizers, optimizer)(**options)
        self._model.compile(rule, _LOSS, metrics=["accuracy"])
        self._trainer = fc.train.Trainer(self._model.graph, optimizer=rule, loss=_LOSS)
        self._step = self._trainer.compile_step(weighted=False)

    def feed(self, x: np.ndarray, y: np.ndarray) -> None:
        """Keeps the batches."""
        (image,) = self._model.graph.inputs
        self._feeds = [
            {image.name: images, "target": labels} for images, labels in zip(x, y, strict=True)
        ]

    def step(self, k: int) -> float:
        """One call of the compiled step."""
        trainer = self._trainer
        trainer.state.step += 1
        feeds = trainer.with_scalars(self._feeds[k], trainer.learning_rate)
        (loss,) = self._step.run(feeds).values()
        return float(loss)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Of the model with its first weights."""
        return np.asarray(self._model.predict(x))

    def fit(self, x: np.ndarray, y: np.ndarray, batch_size: int) -> None:
        """One epoch."""
        self._model.fit(x, y, batch_size=batch_size, verbose=0)

    def profile(self, runs: int) -> list[dict[str, Any]]:
        """Operations of the step."""
        feeds = self._trainer.with_scalars(self._feeds[0], self._trainer.learning_rate)
        return list(self._step.profile(feeds, runs=runs).rows)
