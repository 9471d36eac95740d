"""The record of a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastcnn.train.callbacks.callback import Callback, Logs


class History(Callback):
    """What `fit` returns: every figure of every epoch.

    `history` maps each name ("loss", "accuracy", "val_loss", ...) to one number an epoch; `epoch`
    holds the epochs' numbers, counted from 0.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.history, self.epoch = {}, []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def state_dict(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "history": self.history}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.epoch = list(state["epoch"])
        self.history = {name: list(values) for name, values in state["history"].items()}
