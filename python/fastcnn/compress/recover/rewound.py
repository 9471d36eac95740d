"""The learning rates of the end of a training, once more."""

from __future__ import annotations

from fastcnn.errors import InvalidValueError
from fastcnn.train.callbacks import Callback, Logs
from fastcnn.train.schedules.schedule import Schedule


class RewoundRate(Callback):
    """Follows the optimizer's schedule as the last epochs of a longer training would.

    Update s of the fit takes the rate of update s + (E - e) n, where the training had E epochs, the
    fit has e, and an epoch has n updates.

    Args:
        epochs: E, at least that of the fit.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Needs to know how long an epoch is."""
        steps, epochs = self.params["steps"], self.params["epochs"]
        if self._epochs < epochs:
            raise InvalidValueError(
                f"fine-tuning: schedule_epochs is {self._epochs}, it must be at least epochs, "
                f"{epochs}"
            )
        if steps is None:
            raise InvalidValueError(
                "fine-tuning: schedule_epochs needs to know how many batches there are; give "
                "steps_per_epoch"
            )
        rate = self.trainer.optimizer.rate
        self._schedule = (
            rate.spread(0, self._epochs * steps) if isinstance(rate, Schedule) else None
        )
        self._skipped = self._epochs - epochs
        self._steps = steps

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Sets the rate of the update that comes."""
        if self._schedule is not None:
            state = self.trainer.state
            step = state.step + self._skipped * self._steps
            self.trainer.learning_rate = self._schedule(step, state.epoch + self._skipped)
