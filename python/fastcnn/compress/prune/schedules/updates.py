"""Changes of weights at a few moments of a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks import Callback, Logs
from fastcnn.typing import Array


class Updates(Callback):
    """Writes new weights after some of the batches, evenly apart.

    Args:
        schedule: Name, for messages.
        change: New arrays by name, from the share of the training's batches that is done.
        count: How many times, the last one at `end`.
        begin: The share of the batches after which changes may begin.
        end: The share of the batches after which the last change is made.
    """

    def __init__(
        self,
        schedule: str,
        change: Callable[[float], Mapping[str, Array]],
        count: int,
        begin: float,
        end: float,
    ) -> None:
        self._schedule = schedule
        self._change = change
        self._count = count
        self._begin = begin
        self._end = end

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Needs to know how long training is."""
        steps = self.params["steps"]
        if steps is None:
            raise InvalidValueError(
                f"prune: schedule '{self._schedule}' needs to know how many batches there are; "
                "give steps_per_epoch"
            )
        total = steps * (self.params["epochs"] - self.params["initial_epoch"])
        first, last = (max(1, round(share * total)) for share in (self._begin, self._end))
        span = max(last - first, 0)
        pieces = max(1, min(self._count - 1, span))
        moments = {first + round(span * n / pieces) for n in range(pieces + 1)}
        self._due = {step: step / last for step in moments}

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Changes weights where it is time."""
        progress = self._due.get(self.trainer.state.step)
        if progress is not None:
            self.trainer.state.set_weights(self._change(progress))
