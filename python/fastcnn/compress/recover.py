"""What gives a compressed model its accuracy back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fastcnn.compress.activations import activations
from fastcnn.errors import CompressionError, InvalidValueError
from fastcnn.graph import Graph
from fastcnn.models import Model
from fastcnn.train.callbacks import LearningRateScheduler
from fastcnn.typing import Array


def fine_tune(
    model: Model,
    data: Any,
    *,
    epochs: int = 1,
    batch_size: int = 128,
    learning_rate: float | None = None,
    **fit: Any,
) -> Model:
    """A new model, trained further on `data` with the optimizer and loss it was compiled with.

    Weights that pruning set to zero stay zero.

    Args:
        model: Compiled; left as it is.
        data: Samples and labels.
        epochs: If 0, the model itself is given back.
        batch_size: Samples an update.
        learning_rate: Constant; if None the optimizer's own, its schedule from the beginning.
        **fit: As `Model.fit` takes it: callbacks, validation_data, verbose (0 by default).

    Raises:
        CompressionError: There are no data, or the model is not compiled.
        DataError: The data cannot be used.
    """
    if epochs < 0:
        raise InvalidValueError(f"fine-tuning: epochs must be at least 0, it is {epochs}")
    if not epochs:
        return model
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise CompressionError(
            "fine-tuning: needs samples and labels; give data=(x, y), or epochs=0"
        )
    if model.settings is None:
        raise CompressionError("fine-tuning: the model is not compiled; call model.compile() first")
    tuned = model.with_graph(model.graph)
    callbacks = list(fit.pop("callbacks", ()))
    if learning_rate is not None:
        callbacks.append(LearningRateScheduler(lambda epoch, rate: learning_rate))
    settings: dict[str, Any] = {"verbose": 0, **fit}
    settings |= {"epochs": epochs, "batch_size": batch_size, "callbacks": callbacks}
    tuned.fit(*data, **settings)
    return tuned


def recalibrate(graph: Graph, x: Mapping[str, Array]) -> Graph:
    """`graph` with the moving statistics of each batch normalisation measured on `x`.

    One after the other, so that each sees what those before it give now. Means and (biased)
    variances are taken over all samples and positions.
    """
    for node in graph.nodes:
        if node.op == "batch_norm":
            source, mean, variance = node.inputs[0], node.inputs[3], node.inputs[4]
            values = activations(graph, [source], x)[source.name]
            axes = tuple(axis for axis in range(values.ndim) if axis != 1)
            graph = graph.with_data(
                {
                    mean.name: values.mean(axes, np.float64).astype(np.float32),
                    variance.name: values.var(axes, np.float64).astype(np.float32),
                }
            )
    return graph
