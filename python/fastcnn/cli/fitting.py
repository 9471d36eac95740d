"""Trains models for commands: progress on stderr, the curve for the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastcnn.cli.comparing import accuracy
from fastcnn.cli.data import Samples
from fastcnn.cli.output import Output
from fastcnn.models import Model
from fastcnn.random import set_random_seed
from fastcnn.report import Curve
from fastcnn.train import optimizers
from fastcnn.train.callbacks import Callback, ProgressBar
from fastcnn.train.schedules import CosineDecay

LOSS = "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Training:
    """How to train.

    Args:
        epochs: Passes over the images.
        batch_size: Images an update.
        learning_rate: At the start, the optimizer's own if None; it falls to zero along half a
            cosine.
        optimizer: By name.
        seed: Of everything random.
    """

    epochs: int
    batch_size: int = 128
    learning_rate: float | None = None
    optimizer: str = "adam"
    seed: int = 0


def compile_for(model: Model, training: Training) -> None:
    """Compiles `model` for classification as `training` says."""
    rule = optimizers.get(training.optimizer)
    rate = rule.rate if training.learning_rate is None else training.learning_rate
    rule = rule.with_rate(CosineDecay(float(rate)))  # type: ignore[arg-type]
    model.compile(optimizer=rule, loss=LOSS, metrics=["accuracy"])


def fit(
    model: Model,
    learn: Samples,
    validation: Samples,
    training: Training,
    output: Output,
    *,
    first_epoch: int = 0,
    callbacks: Sequence[Callback] = (),
) -> Curve:
    """Trains `model` in place.

    Args:
        model: A new one, or a compressed one to fine-tune.
        learn: Images to learn from.
        validation: Images to watch the accuracy on.
        training: How.
        output: Where progress goes.
        first_epoch: Epochs behind the model it came from, for the curve: the first point is the
            model as it is, unless this is 0.
        callbacks: Told how it goes.
    """
    set_random_seed(training.seed)
    compile_for(model, training)
    epochs: list[int] = []
    accuracies: list[float] = []
    losses: list[float | None] = []
    if first_epoch:
        epochs, accuracies, losses = [first_epoch], [accuracy(model, validation)], [None]
    history = model.fit(
        *learn,
        epochs=training.epochs,
        batch_size=training.batch_size,
        validation_data=validation,
        verbose=0,
        callbacks=[ProgressBar(console=output.progress), *callbacks],
    )
    done = len(history.history["loss"])
    epochs += range(first_epoch + 1, first_epoch + done + 1)
    return Curve(
        tuple(epochs),
        (*accuracies, *history.history["val_accuracy"]),
        (*losses, *history.history["loss"]),
    )
