"""What a callback is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastcnn.train.trainer import Trainer

Logs = Mapping[str, float]
"""Figures by name: "loss", the metrics, and the same with "val_" in front."""


class Callback:
    """Something that is told how training goes.

    `trainer` and `model` (None where a trainer is used by itself) are set before training begins.
    `params` holds "epochs", "initial_epoch", "steps", "samples", "batch_size" and "verbose".
    """

    trainer: Trainer
    model: Any = None
    params: Mapping[str, int]

    def set_trainer(self, trainer: Trainer) -> None:
        """Says who trains."""
        self.trainer = trainer

    def set_model(self, model: Any) -> None:
        """Says which model is trained."""
        self.model = model

    def set_params(self, params: Mapping[str, int]) -> None:
        """Says how long training is meant to be."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch; not where training broke off with an error."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before each epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After each epoch and its validation."""

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After each batch, counted from 0; figures are means over the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """The same by its short name."""

    def close(self) -> None:
        """Releases what the callback holds; called however training ends."""


class CallbackList:
    """Callbacks, called one after the other.

    Args:
        callbacks: In the order in which they are called.
    """

    def __init__(self, callbacks: list[Callback]) -> None:
        self._all = callbacks
        self._per_batch = [callback for callback in callbacks if _wants_batches(callback)]

    @property
    def wants_batches(self) -> bool:
        """Whether any callback does something after a batch."""
        return bool(self._per_batch)

    def prepare(self, trainer: Trainer, model: Any, params: Mapping[str, int]) -> None:
        """Tells everyone who trains what and for how long."""
        for callback in self._all:
            callback.set_trainer(trainer)
            callback.set_model(model)
            callback.set_params(params)

    def train_begin(self) -> None:
        """Before the first epoch."""
        for callback in self._all:
            callback.on_train_begin({})

    def train_end(self, logs: Logs) -> None:
        """After the last epoch."""
        for callback in self._all:
            callback.on_train_end(logs)

    def epoch_begin(self, epoch: int) -> None:
        """Before an epoch."""
        for callback in self._all:
            callback.on_epoch_begin(epoch, {})

    def epoch_end(self, epoch: int, logs: Logs) -> None:
        """After an epoch."""
        for callback in self._all:
            callback.on_epoch_end(epoch, logs)

    def batch_end(self, batch: int, logs: Logs) -> None:
        """After a batch."""
        for callback in self._per_batch:
            callback.on_train_batch_end(batch, logs)

    def close(self) -> None:
        """However training ends."""
        for callback in self._all:
            callback.close()


def _wants_batches(callback: Callback) -> bool:
    cls = type(callback)
    return (
        cls.on_train_batch_end is not Callback.on_train_batch_end
        or cls.on_batch_end is not Callback.on_batch_end
    )
