"""Sets the learning rate by a function of the user's."""

from __future__ import annotations

from collections.abc import Callable

from fastcnn.train.callbacks.callback import Callback, Logs


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Args:
        schedule: Takes the epoch, counted from 0, and the present rate; gives the new rate.
        verbose: 1 to print each rate.
    """

    def __init__(self, schedule: Callable[[int, float], float], verbose: int = 0) -> None:
        self._schedule = schedule
        self._verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        rate = float(self._schedule(epoch, self.trainer.learning_rate))
        self.trainer.learning_rate = rate
        if self._verbose:
            print(f"epoch {epoch + 1}: learning rate {rate:g}")
