"""Lowers the learning rate when a figure gets no better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks.callback import Callback, Logs
from fastcnn.train.callbacks.monitor import Mode, Monitor


class ReduceLROnPlateau(Callback):
    """Multiplies the learning rate by `factor` after `patience` epochs without a better figure.

        lr <- max(min_lr, factor lr)

    The rate stays as it is set, whatever a schedule says.

    Args:
        monitor: The figure to watch.
        factor: In (0, 1).
        patience: Epochs to wait.
        verbose: 1 to print each new rate.
        mode: "min", "max", or "auto" to tell by the name.
        min_delta: What must be gained, at least, to count as better.
        cooldown: Epochs after a reduction that do not count.
        min_lr: The rate never falls below this.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: Mode = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        if not 0 < factor < 1:
            raise InvalidValueError(
                f"ReduceLROnPlateau: factor is {factor}, it must be above 0 and below 1"
            )
        for name, value in (("patience", patience), ("cooldown", cooldown), ("min_lr", min_lr)):
            if value < 0:
                raise InvalidValueError(
                    f"ReduceLROnPlateau: {name} is {value}, it must be at least 0"
                )
        self._monitor = Monitor("ReduceLROnPlateau", monitor, mode, min_delta)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._wait = self._rest = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._monitor.best = None
        self._wait = self._rest = 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self._monitor.value(logs)
        if value is None:
            return
        better = self._monitor.improves(value)
        if self._rest:
            self._rest -= 1
            return
        self._wait = 0 if better else self._wait + 1
        rate = self.trainer.learning_rate
        if self._wait >= self.patience and rate > self.min_lr:
            self.trainer.learning_rate = max(self.min_lr, self.factor * rate)
            self._wait, self._rest = 0, self.cooldown
            if self.verbose:
                print(f"epoch {epoch + 1}: learning rate {self.trainer.learning_rate:g}")

    def state_dict(self) -> dict[str, Any]:
        return {"best": self._monitor.best, "wait": self._wait, "rest": self._rest}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._monitor.best, self._wait, self._rest = state["best"], state["wait"], state["rest"]
