"""Training that survives being killed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from fastcnn.errors import InvalidValueError
from fastcnn.train.backup import load_backup, save_backup
from fastcnn.train.callbacks.callback import Callback, Logs

_NAME = "backup.fcnn"


class BackupAndRestore(Callback):
    """Backs training up, and goes on from the backup when the same script is started again.

    Killed at any moment, a fit that is started again ends in the same bits as one that was left
    alone: weights, optimizer, learning rate, order of the samples, figures of the epoch so far and
    what the other callbacks go by are all in the backup. It is written beside the old one and then
    takes its place. The script must make the same model (`fastcnn.set_random_seed`) and give the
    same data, batch size and callbacks; an iterator must give the same batches again.

    Args:
        backup_dir: Folder of the backup, made if need be; for one training at a time.
        save_freq: "epoch" to back up after every epoch; a number to do so after every so many
            batches as well.
        delete_checkpoint: Whether the backup goes when training has come to its end.
    """

    runs_last = True

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | Literal["epoch"] = "epoch",
        delete_checkpoint: bool = True,
    ) -> None:
        if save_freq != "epoch" and (not isinstance(save_freq, int) or save_freq < 1):
            raise InvalidValueError(
                f"BackupAndRestore: save_freq is {save_freq!r}, it must be 'epoch' or a number of "
                "batches, at least 1"
            )
        self._folder = Path(backup_dir)
        self.save_freq = save_freq
        self.delete_checkpoint = delete_checkpoint

    @property
    def path(self) -> Path:
        """The file of the backup."""
        return self._folder / _NAME

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for unfinished in self._folder.glob(f".{_NAME}.*.tmp"):
            unfinished.unlink(missing_ok=True)
        fit = self.trainer.current_fit
        if fit is not None and self.path.exists():
            load_backup(self.path, self.trainer, fit)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.save_freq != "epoch" and self.trainer.state.step % self.save_freq == 0:
            self._save()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._save()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.delete_checkpoint:
            self.path.unlink(missing_ok=True)

    def _save(self) -> None:
        fit = self.trainer.current_fit
        if fit is not None:
            save_backup(self.path, self.trainer, fit)
