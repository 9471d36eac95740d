"""Writes the figures for TensorBoard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks.callback import Callback, Logs
from fastcnn.train.event_file import EventFile


class TensorBoard(Callback):
    """Writes figures as event files that TensorBoard shows; needs no other package.

    As with Keras there are a folder "train" and, where there is validation, a folder "validation",
    with the tags "epoch_loss", "epoch_accuracy", ... and "epoch_learning_rate", by epoch from 0.
    Each epoch is on disk before the next one begins. Look at them with
    `tensorboard --logdir LOG_DIR`.

    Args:
        log_dir: Folder of the event files, made if need be.
        update_freq: "epoch"; or "batch", or a number of batches, to write "batch_loss", ..., by
            update, as well.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        update_freq: int | Literal["batch", "epoch"] = "epoch",
    ) -> None:
        if update_freq == "batch":
            update_freq = 1
        if update_freq != "epoch" and (not isinstance(update_freq, int) or update_freq < 1):
            raise InvalidValueError(
                f"TensorBoard: update_freq is {update_freq!r}, it must be 'epoch', 'batch' or a "
                "number of batches, at least 1"
            )
        self._folder = Path(log_dir)
        self._update_freq = update_freq
        self._files: dict[str, EventFile] = {}

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        step = self.trainer.state.step
        if self._update_freq != "epoch" and step % self._update_freq == 0:
            self._write("train", "batch_", logs or {}, step)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        learnt = {name: value for name, value in logs.items() if not name.startswith("val_")}
        held = {
            name.removeprefix("val_"): value for name, value in logs.items() if name not in learnt
        }
        learnt["learning_rate"] = self.trainer.learning_rate
        self._write("train", "epoch_", learnt, epoch)
        if held:
            self._write("validation", "epoch_", held, epoch)
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}

    def _write(self, part: str, prefix: str, figures: Logs, step: int) -> None:
        if part not in self._files:
            self._files[part] = EventFile(self._folder / part)
        self._files[part].write({prefix + name: value for name, value in figures.items()}, step)
