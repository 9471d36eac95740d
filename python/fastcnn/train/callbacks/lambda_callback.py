"""Callbacks from functions."""

from __future__ import annotations

from collections.abc import Callable

from fastcnn.train.callbacks.callback import Callback, Logs

_Counted = Callable[[int, Logs], object]
_Plain = Callable[[Logs], object]


class LambdaCallback(Callback):
    """Calls functions of the user's.

    Args:
        on_epoch_begin: Takes the epoch, counted from 0, and the figures.
        on_epoch_end: Likewise.
        on_train_begin: Takes the figures, of which there are none yet.
        on_train_end: Takes the figures.
        on_train_batch_begin: Takes the batch, counted from 0, and the figures.
        on_train_batch_end: Likewise.
    """

    def __init__(
        self,
        on_epoch_begin: _Counted | None = None,
        on_epoch_end: _Counted | None = None,
        on_train_begin: _Plain | None = None,
        on_train_end: _Plain | None = None,
        on_train_batch_begin: _Counted | None = None,
        on_train_batch_end: _Counted | None = None,
    ) -> None:
        self._epoch_begin = on_epoch_begin or _pass
        self._epoch_end = on_epoch_end or _pass
        self._train_begin = on_train_begin or _pass
        self._train_end = on_train_end or _pass
        self._batch_begin = on_train_batch_begin or _pass
        self._batch_end = on_train_batch_end or _pass

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch_begin(epoch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch_end(epoch, logs or {})

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._train_begin(logs or {})

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._train_end(logs or {})

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self._batch_begin(batch, logs or {})

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batch_end(batch, logs or {})


def _pass(*_: object) -> None:
    """Where the user gave nothing."""
