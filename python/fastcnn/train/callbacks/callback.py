"""What a callback is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from fastcnn.errors import InvalidValueError, TrainingError

if TYPE_CHECKING:
    from fastcnn.train.trainer import Trainer

Logs = Mapping[str, float]
"""Figures by name: "loss", the metrics, and the same with "val_" in front."""


class Callback:
    """Something that is told how training goes.

    `trainer` and `model` (None where a trainer is used by itself) are set before training begins.
    `params` holds "epochs", "initial_epoch", "steps", "samples", "batch_size" and "verbose"; the
    middle three are None where only the end of the data will tell.
    """

    trainer: Trainer
    model: Any = None
    params: Mapping[str, Any]
    runs_last: ClassVar[bool] = False
    """Whether the callback is called after all others, whatever its place among them."""

    def set_trainer(self, trainer: Trainer) -> None:
        """Says who trains."""
        self.trainer = trainer

    def set_model(self, model: Any) -> None:
        """Says which model is trained."""
        self.model = model

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Says how long training is meant to be."""
        self.params = params

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch; not where training broke off with an error."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before each epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After each epoch and its validation."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before each batch, counted from 0."""
        self.on_batch_begin(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """The same by its short name."""

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After each batch, counted from 0; figures are means over the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """The same by its short name."""

    def on_divergence(self, error: TrainingError) -> bool:
        """When the loss or a weight is no longer finite, the trainer being back where all was well.

        Returns:
            Whether training is to end without the error.
        """
        return False

    def state_dict(self) -> dict[str, Any]:
        """What the callback goes by, for a backup: plain data, and arrays by name in dicts."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""

    def close(self) -> None:
        """Releases what the callback holds; called however training ends."""


class CallbackList:
    """Callbacks, called one after the other.

    Args:
        callbacks: In the order in which they are called, but for those that run last.
    """

    def __init__(self, callbacks: list[Callback]) -> None:
        self._all = sorted(callbacks, key=lambda callback: callback.runs_last)
        self._per_batch = [callback for callback in self._all if _wants_batches(callback)]

    @property
    def wants_batches(self) -> bool:
        """Whether any callback does something before or after a batch."""
        return bool(self._per_batch)

    def prepare(self, trainer: Trainer, model: Any, params: Mapping[str, Any]) -> None:
        """Tells everyone who trains what and for how long."""
        for callback in self._all:
            callback.set_trainer(trainer)
            callback.set_model(model)
            callback.set_params(params)

    def train_begin(self) -> None:
        """Before the first epoch."""
        for callback in self._all:
            callback.on_train_begin({})

    def train_end(self, logs: Logs) -> None:
        """After the last epoch."""
        for callback in self._all:
            callback.on_train_end(logs)

    def epoch_begin(self, epoch: int) -> None:
        """Before an epoch."""
        for callback in self._all:
            callback.on_epoch_begin(epoch, {})

    def epoch_end(self, epoch: int, logs: Logs) -> None:
        """After an epoch."""
        for callback in self._all:
            callback.on_epoch_end(epoch, logs)

    def batch_begin(self, batch: int) -> None:
        """Before a batch."""
        for callback in self._per_batch:
            callback.on_train_batch_begin(batch, {})

    def batch_end(self, batch: int, logs: Logs) -> None:
        """After a batch."""
        for callback in self._per_batch:
            callback.on_train_batch_end(batch, logs)

    def diverged(self, error: TrainingError) -> bool:
        """When training has diverged: whether any of them ends it without the error."""
        answers = [callback.on_divergence(error) for callback in self._all]
        return any(answers)

    def state_dicts(self) -> list[tuple[str, dict[str, Any]]]:
        """Class name and state of each that has any, in order."""
        states = [(type(callback).__name__, callback.state_dict()) for callback in self._all]
        return [(name, state) for name, state in states if state]

    def load_state_dicts(self, states: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Hands each the state that `state_dicts` took.

        Raises:
            InvalidValueError: There were other callbacks then.
        """
        having = [callback for callback in self._all if callback.state_dict()]
        here = [type(callback).__name__ for callback in having]
        then = [name for name, _ in states]
        if here != then:
            raise InvalidValueError(
                f"fit: the backup was made with the callbacks {then}, now there are {here}; give "
                "the same, or remove the backup"
            )
        for callback, (_, state) in zip(having, states, strict=True):
            callback.load_state_dict(state)

    def close(self) -> None:
        """However training ends."""
        for callback in self._all:
            callback.close()


def _wants_batches(callback: Callback) -> bool:
    cls = type(callback)
    names = ("on_train_batch_begin", "on_batch_begin", "on_train_batch_end", "on_batch_end")
    return any(getattr(cls, name) is not getattr(Callback, name) for name in names)
