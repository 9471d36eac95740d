"""Penalties that make exact zeros, by a proximal step after each update."""

from __future__ import annotations

from collections.abc import Iterator

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.train.callbacks import Callback, Logs
from fastcnn.typing import FloatArray


class Proximal(Callback):
    """Base of penalties on groups of weights, for `fit(callbacks=...)`.

    After each update by the gradient of the loss comes

        w <- argmin over v of  |v - w|^2 / 2 + rate * strength * penalty(v)

    which sets weights to zero exactly where a subgradient would make them tremble about it. The
    loss that is shown does not hold the penalty.

    Args:
        strength: Coefficient of the penalty in the loss, at least 0.

    Source:
        Beck and Teboulle, "A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse
        Problems", SIAM Journal on Imaging Sciences 2(1), 2009.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise InvalidValueError(
                f"{type(self).__name__}: strength must be at least 0, it is {strength}"
            )
        self.strength = strength

    def parameters(self, graph: Graph) -> Iterator[Value]:
        """What is penalised."""
        raise NotImplementedError

    def shrink(self, value: Value, w: FloatArray, amount: float) -> FloatArray:
        """The proximal step for one parameter.

        Args:
            value: The parameter.
            w: Its numbers now.
            amount: rate * strength.
        """
        raise NotImplementedError

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Finds what is penalised."""
        self._values = [
            value
            for value in self.parameters(self.trainer.graph)
            if value.is_trainable and value.name in self.trainer.state.arrays
        ]
        if not self._values:
            raise InvalidValueError(f"{type(self).__name__}: the model has nothing to penalise")

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """The proximal step."""
        amount = self.trainer.learning_rate * self.strength
        for value in self._values:
            array = self.trainer.state.arrays[value.name]
            array[...] = self.shrink(value, array, amount)
