"""Saves the model while it is trained."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks.callback import Callback, Logs
from fastcnn.train.callbacks.monitor import Mode, Monitor
from fastcnn.train.checkpoint import save_checkpoint


class ModelCheckpoint(Callback):
    """Saves the model after an epoch, so that training can go on from the file.

    The file holds the model and all that training needs to go on to the same bits: the optimizer's
    state and the counts that learning rate, order of samples and dropout follow from. It is written
    beside the old one and then takes its place: a full disk leaves the old one whole.

    Args:
        filepath: Where to; `{epoch}` (counted from 1) and the names of figures are filled in, as in
            "model-{epoch:02d}-{val_loss:.3f}.fcnn".
        monitor: The figure that `save_best_only` watches.
        verbose: 1 to print each save.
        save_best_only: Whether to save only after an epoch with a better figure than any before.
        mode: "min", "max", or "auto" to tell by the name.
        initial_value_threshold: A figure that must be bettered first.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        mode: Mode = "auto",
        initial_value_threshold: float | None = None,
    ) -> None:
        self._template = os.fspath(filepath)
        self._monitor = Monitor("ModelCheckpoint", monitor, mode)
        self._monitor.best = initial_value_threshold
        self._verbose = verbose
        self._save_best_only = save_best_only
        self.last_path: Path | None = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self._save_best_only:
            value = self._monitor.value(logs)
            if value is None or not self._monitor.improves(value):
                return
        path = self._path(epoch, logs or {})
        if self.model is None:
            save_checkpoint(path, self.trainer)
        else:
            self.model.save(path, include_optimizer=True)
        self.last_path = path
        if self._verbose:
            print(f"epoch {epoch + 1}: saved {path}")

    def state_dict(self) -> dict[str, Any]:
        return {"best": self._monitor.best}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._monitor.best = state["best"]

    def _path(self, epoch: int, logs: Logs) -> Path:
        try:
            return Path(self._template.format(epoch=epoch + 1, **logs))
        except KeyError as error:
            raise InvalidValueError(
                f"ModelCheckpoint: '{self._template}' names {error}, there are: epoch, "
                f"{', '.join(logs)}"
            ) from None
