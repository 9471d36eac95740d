"""Ends training when it no longer helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks.callback import Callback, Logs
from fastcnn.train.callbacks.monitor import Mode, Monitor
from fastcnn.typing import Array


class EarlyStopping(Callback):
    """Ends training after `patience` epochs in a row without a better figure.

    Args:
        monitor: The figure to watch.
        min_delta: What must be gained, at least, to count as better.
        patience: Epochs to wait.
        mode: "min", "max", or "auto" to tell by the name.
        restore_best_weights: Whether the weights of the best epoch are put back at the end.
        start_from_epoch: Epochs before this one are not looked at.

    Source:
        Prechelt, "Early Stopping - But When?", in Neural Networks: Tricks of the Trade, 1998.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        mode: Mode = "auto",
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        if patience < 0:
            raise InvalidValueError(f"EarlyStopping: patience is {patience}, it must be at least 0")
        self._monitor = Monitor("EarlyStopping", monitor, mode, min_delta)
        self.patience = patience
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.stopped_epoch: int | None = None
        self.best_epoch: int | None = None
        self._wait = 0
        self._best_weights: dict[str, Array] | None = None

    @property
    def best(self) -> float | None:
        """The best figure so far."""
        return self._monitor.best

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._monitor.best = None
        self.stopped_epoch = self.best_epoch = self._best_weights = None
        self._wait = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self._monitor.value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self._monitor.improves(value):
            self.best_epoch, self._wait = epoch, 0
            if self.restore_best_weights:
                self._best_weights = self.trainer.state.get_weights()
            return
        self._wait += 1
        if self._wait >= self.patience:
            self.stopped_epoch = epoch
            self.trainer.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._best_weights is not None:
            self.trainer.state.set_weights(self._best_weights)
            self._best_weights = None

    def state_dict(self) -> dict[str, Any]:
        return {
            "best": self._monitor.best,
            "best_epoch": self.best_epoch,
            "wait": self._wait,
            "best_weights": self._best_weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._monitor.best, self.best_epoch = state["best"], state["best_epoch"]
        self._wait, self._best_weights = state["wait"], state["best_weights"]
