"""Training what is left."""

from __future__ import annotations

from typing import Any

from fastcnn.compress.recover.rewound import RewoundRate
from fastcnn.compress.recover.teacher import placeholder_labels, taught
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.callbacks import LearningRateScheduler
from fastcnn.train.data import read_inputs


def fine_tune(
    model: Model,
    data: Any,
    *,
    epochs: int = 1,
    batch_size: int = 128,
    learning_rate: float | None = None,
    schedule_epochs: int | None = None,
    teacher: Model | Graph | None = None,
    alpha: float = 0.1,
    temperature: float = 3.0,
    **fit: Any,
) -> Model:
    """A new model, trained further on `data` with the optimizer and loss it was compiled with.

    Weights that pruning set to zero stay zero. With a teacher, most often the model before it was
    compressed, the loss is that of `losses.Distillation`, and labels may be left out.

    Args:
        model: Compiled, unless there is a teacher and no labels (then Adam is used); left as it is.
        data: Samples and labels; samples alone where a teacher takes the place of labels.
        epochs: If 0, the model itself is given back.
        batch_size: Samples an update.
        learning_rate: Constant; if None the optimizer's own, its schedule from the beginning.
        schedule_epochs: Length of the training that the optimizer's schedule is followed from; its
            last `epochs` are run (learning-rate rewinding).
        teacher: Of the same input and classes.
        alpha: With a teacher: the share of the labels in the loss, in [0, 1].
        temperature: With a teacher: what logits are divided by.
        **fit: As `Model.fit` takes it: callbacks, validation_data, verbose (0 by default).

    Raises:
        CompressionError: There are no data, or the model is not compiled.
        DataError: The data cannot be used.
        InvalidValueError: An argument is outside its limits.

    Source:
        Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015; Renda,
        Frankle and Carbin, "Comparing Rewinding and Fine-tuning in Neural Network Pruning",
        ICLR 2020 (the learning rate).
    """
    if epochs < 0:
        raise InvalidValueError(f"fine-tuning: epochs must be at least 0, it is {epochs}")
    if not epochs:
        return model
    x, y = _read(model, data, teacher)
    callbacks = list(fit.pop("callbacks", ()))
    if learning_rate is not None and schedule_epochs is not None:
        raise InvalidValueError(
            "fine-tuning: learning_rate is constant and schedule_epochs follows a schedule; give "
            "one of them"
        )
    if learning_rate is not None:
        callbacks.append(LearningRateScheduler(lambda epoch, rate: learning_rate))
    if schedule_epochs is not None:
        callbacks.append(RewoundRate(schedule_epochs))
    settings: dict[str, Any] = {"verbose": 0, **fit}
    settings |= {"epochs": epochs, "batch_size": batch_size, "callbacks": callbacks}
    tuned = model.with_graph(model.graph)
    if teacher is None:
        tuned.fit(x, y, **settings)
        return tuned
    labelled = y is not None
    with taught(
        model, teacher, labelled=labelled, alpha=alpha, temperature=temperature
    ) as tuned.settings:
        tuned.fit(x, y if labelled else placeholder_labels(_count(x)), **settings)
    return model.with_graph(tuned.graph)


def _read(model: Model, data: Any, teacher: Model | Graph | None) -> tuple[Any, Any]:
    """Samples, and labels or None."""
    if isinstance(data, tuple | list) and len(data) == 2:
        if model.settings is None:
            raise CompressionError(
                "fine-tuning: the model is not compiled; call model.compile() first"
            )
        return data[0], data[1]
    if teacher is None or data is None:
        raise CompressionError(
            "fine-tuning: needs samples and labels; give data=(x, y), samples alone with "
            "teacher=..., or epochs=0"
        )
    return read_inputs(model.graph, data, caller="fine-tuning"), None


def _count(x: dict[str, Any]) -> int:
    return len(next(iter(x.values())))
