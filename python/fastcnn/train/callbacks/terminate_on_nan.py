"""Ends training quietly where it diverges, and says where that began."""

from __future__ import annotations

import warnings

import numpy as np

from fastcnn.errors import TrainingError
from fastcnn.train.callbacks.callback import Callback, Logs
from fastcnn.train.not_finite import first_not_finite
from fastcnn.typing import Array


class TerminateOnNaN(Callback):
    """Ends training without an error when the loss or a weight is NaN or infinite.

    The trainer is back at the end of the last good epoch, and a warning names the layer whose
    numbers were the first to be no longer finite; `layer` keeps it. To find it, the weights are
    copied before each batch, and the batch at fault is run once more with every result looked at.
    """

    def __init__(self) -> None:
        self.layer: str | None = None
        self._weights: dict[str, Array] = {}

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.layer = None
        self._weights = self.trainer.state.get_weights()

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        for name, kept in self._weights.items():
            np.copyto(kept, self.trainer.state.arrays[name])

    def on_divergence(self, error: TrainingError) -> bool:
        fit = self.trainer.current_fit
        if fit is not None:
            graph = self.trainer.step_graph(weighted=fit.weighted).with_data(self._weights)
            self.layer = first_not_finite(graph, fit.feeds)
        warnings.warn(f"TerminateOnNaN: it began in layer '{self.layer}'. {error}", stacklevel=2)
        return True

    def close(self) -> None:
        self._weights = {}
