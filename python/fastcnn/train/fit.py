"""One call of `fit`: epochs of batches, and everyone who is told of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from fastcnn import runtime
from fastcnn.errors import InvalidValueError, TrainingError
from fastcnn.train.batches import Batches, Feeds, IteratorBatches
from fastcnn.train.callbacks import CallbackList

if TYPE_CHECKING:
    from fastcnn.train.trainer import Trainer


class Fit:
    """One call of `fit`, as far as it has come.

    Args:
        trainer: Whose weights are trained.
        batches: What on.
        calls: Told how it goes.
        initial_epoch: The epoch to begin with.
        epochs: The epoch to end before.
        validate: Gives the figures of the validation data; None where there are none.
        validation_freq: Epochs between two validations.
        compile_step: Gives the step to run.
    """

    def __init__(
        self,
        trainer: Trainer,
        batches: Batches,
        calls: CallbackList,
        *,
        initial_epoch: int,
        epochs: int,
        validate: Callable[[], dict[str, float]] | None = None,
        validation_freq: int = 1,
        compile_step: Callable[[], runtime.Step],
    ) -> None:
        self._trainer = trainer
        self._batches = batches
        self._calls = calls
        self._initial_epoch = initial_epoch
        self._epochs = epochs
        self._validate = validate
        self._validation_freq = validation_freq
        self._compile_step = compile_step
        self._first_step = trainer.state.step
        self.epoch = initial_epoch
        """The epoch that runs, or comes next."""
        self.batch = 0
        """Batches of it that are done."""
        self._means = trainer.new_means()
        self.feeds: Feeds = {}
        """The inputs of the last step; their arrays are used again for the next one."""

    @property
    def weighted(self) -> bool:
        """Whether the batches carry weights."""
        return self._batches.weighted

    def run(self) -> None:
        """Trains to the end, or until a callback stops it.

        Raises:
            TrainingError: The loss or a weight became infinite or NaN; the trainer is back at the
                end of the last good epoch.
        """
        trainer, calls = self._trainer, self._calls
        logs: dict[str, float] = {}
        step = self._compile_step()
        trainer.spread_schedule(self._spread())
        calls.train_begin()
        trainer.spread_schedule(self._spread())  # a backup may have been put back
        good = trainer.state.to_dict()
        while self.epoch < self._epochs and not trainer.stop_training:
            rate = trainer.state.learning_rate
            calls.epoch_begin(self.epoch)
            if self.batch:
                trainer.state.learning_rate = rate  # what they make of the epoch is in it already
            try:
                self._run_batches(step)
            except TrainingError as error:
                trainer.state.load_dict(good)
                if not calls.diverged(error):
                    raise
                break
            logs = self._end_epoch()
            good = trainer.state.to_dict()
            calls.epoch_end(self.epoch - 1, logs)
        trainer.optimizer.finish(trainer.state.arrays)
        calls.train_end(logs)

    def state_dict(self) -> dict[str, Any]:
        """How far it has come, as plain data and, of callbacks, arrays."""
        return {
            "epoch": self.epoch,
            "batch": self.batch,
            "first_step": self._first_step,
            "stop": self._trainer.stop_training,
            "steps": self._batches.steps,
            "batch_size": self._batches.batch_size,
            "means": self._means.state_dict(),
            "callbacks": self._calls.state_dicts(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave; the trainer's own state is to be put back first.

        Raises:
            InvalidValueError: It is of other data, another batch size or other callbacks.
        """
        for name in ("steps", "batch_size"):
            here = getattr(self._batches, name)
            if state[name] != here:
                raise InvalidValueError(
                    f"fit: the backup was made with {name}={state[name]}, this fit has {here}; "
                    "give the same data and batch size, or remove the backup"
                )
        self._calls.load_state_dicts(state["callbacks"])
        self._means.load_state_dict(state["means"])
        self.epoch, self.batch = state["epoch"], state["batch"]
        self._first_step = state["first_step"]
        self._trainer.stop_training = state["stop"]
        if isinstance(self._batches, IteratorBatches):
            done = self._trainer.state.step - self._first_step
            self._batches.skip(done - self.batch)

    def _run_batches(self, step: runtime.Step) -> None:
        """The batches of the epoch that are still to come."""
        trainer, calls, state = self._trainer, self._calls, self._trainer.state
        with closing(self._batches.epoch(state.seed, state.epoch, self.batch)) as source:
            for size, feeds in source:
                if calls.wants_batches:
                    calls.batch_begin(self.batch)
                rate = trainer.rate(self.epoch)
                state.step += 1
                self.feeds = trainer.with_scalars(feeds, rate)
                loss = self._means.add(step.run(self.feeds), size)
                if not math.isfinite(loss):
                    what = f"the loss became {loss} in batch {self.batch + 1}"
                    raise _diverged(what, self.epoch, rate)
                self.batch += 1
                if calls.wants_batches:
                    calls.batch_end(self.batch - 1, self._means.logs())
                    if trainer.stop_training:
                        break
        name = state.not_finite()
        if name:
            what = f"'{name}' is no longer finite after batch {self.batch}"
            raise _diverged(what, self.epoch, trainer.rate(self.epoch))

    def _end_epoch(self) -> dict[str, float]:
        """Validates and counts; gives the figures of the epoch."""
        logs = self._means.logs()
        self._trainer.state.epoch += 1
        self.epoch += 1
        self.batch = 0
        self._means = self._trainer.new_means()
        if self._validate is not None and self.epoch % self._validation_freq == 0:
            logs |= {f"val_{name}": value for name, value in self._validate().items()}
        return logs

    def _spread(self) -> tuple[int, int] | None:
        """The update counted as the first of this training, and how many there will be."""
        steps = self._batches.steps
        if steps is None:
            return None
        begin = max(0, self._first_step - self._initial_epoch * steps)
        return begin, self._first_step + (self._epochs - self._initial_epoch) * steps - begin


def _diverged(what: str, epoch: int, rate: float) -> TrainingError:
    return TrainingError(
        f"fit: {what} of epoch {epoch + 1}, at learning rate {rate:g}; the trainer is back at the "
        "end of the last good epoch. Lower the learning rate, warm it up, or scale the inputs"
    )
