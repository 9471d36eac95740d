"""Loss, metrics and predictions of a graph in inference form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from fastcnn import runtime
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.layers.regularizers import Regularizer
from fastcnn.train import losses, regularizers
from fastcnn.train import metrics as metric_names
from fastcnn.train.batches import Batches, Preparation, input_batches, open_batches
from fastcnn.train.losses.loss import Loss
from fastcnn.train.means import Means
from fastcnn.train.metrics.metric import Metric
from fastcnn.train.registry import Config
from fastcnn.train.step_graph import SAMPLE_WEIGHT, evaluation_graph, penalty, regularize
from fastcnn.typing import Array

DEFAULT_BATCH = 128
"""Samples a call where the caller does not say; results do not depend on it."""


def evaluate(
    graph: Graph,
    x: Any,
    y: Any = None,
    *,
    loss: str | Loss | Config,
    metrics: Sequence[str | Metric | Config] = (),
    regularizer: str | Regularizer | None = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    steps: int | None = None,
    workers: int | None = None,
) -> dict[str, float]:
    """Means over all samples.

    Args:
        graph: In inference form, one output.
        x: One array, or a dict by input name; a `Dataset`; or an iterator of batches.
        y: Labels, as the loss takes them; None where x gives them.
        loss: By name or object.
        metrics: By name or object.
        regularizer: Penalty on the kernels that have none of their own; part of the loss.
        sample_weight: One weight a sample for the loss; metrics are not weighted.
        batch_size: Samples a call.
        steps: Batches to look at; all there are if None.
        workers: Threads that read batches of a `Dataset` or an iterator; see `Trainer.fit`.

    Returns:
        "loss", penalties included, then the metrics, by name.

    Raises:
        DataError: The data cannot be used.
    """
    measure = losses.get(loss)
    how = preparation("evaluate", batch_size, steps, workers)
    batches = open_batches(graph, measure, (x, y, sample_weight), how)
    figures = get_metrics(metrics)
    return evaluate_batches(regularized(graph, regularizer), batches, measure, figures)


def evaluate_batches(
    graph: Graph,
    batches: Batches,
    loss: Loss,
    metrics: Sequence[Metric],
    *,
    device: str = "cpu",
    precision: str = "float32",
) -> dict[str, float]:
    """As `evaluate`, on batches and with the penalties of the traits."""
    session = runtime.compile(
        evaluation_graph(graph, loss, metrics), device=device, precision=precision, check=False
    )
    outputs = [value.name for value in session.graph.outputs]
    means = Means(outputs, metrics)
    with closing(batches.epoch(0, 0)) as source:
        for size, feeds in source:
            weight = feeds.get(SAMPLE_WEIGHT)
            result = session({name: x for name, x in feeds.items() if name != SAMPLE_WEIGHT})
            figures = dict(result) if isinstance(result, dict) else {outputs[0]: result}
            if weight is not None:
                figures[outputs[0]] = figures[outputs[0]] * weight
            means.add(figures, size)
    logs = means.logs()
    return {**logs, "loss": logs["loss"] + penalty(graph)}


def predict(
    graph: Graph,
    x: Any,
    *,
    batch_size: int | None = None,
    steps: int | None = None,
    workers: int | None = None,
    session: runtime.Session | None = None,
) -> Array | dict[str, Array]:
    """The outputs for many samples.

    Args:
        graph: In inference form.
        x: One array, or a dict by input name; a `Dataset`, whose labels are not looked at; or an
            iterator of batches x or (x, ...).
        batch_size: Samples a call.
        steps: Batches to look at; all there are if None.
        workers: Threads that read batches of a `Dataset` or an iterator; see `Trainer.fit`.
        session: The graph compiled before, to save doing it again.

    Returns:
        An array, the first axis counting samples; a dict by name for several outputs.
    """
    session = session or runtime.compile(graph, check=False)
    names = [value.name for value in graph.outputs]
    parts: dict[str, list[Array]] = {name: [] for name in names}
    how = preparation("predict", batch_size, steps, workers)
    with closing(input_batches(graph, x, how)) as source:
        for inputs in source:
            result = session(inputs)
            for name in names:
                parts[name].append(result[name] if isinstance(result, dict) else result)
    results = {name: np.concatenate(part) for name, part in parts.items()}
    return results if len(names) > 1 else results[names[0]]


def get_metrics(given: Sequence[str | Metric | Config]) -> tuple[Metric, ...]:
    """Metrics from names, configs and objects; their names must differ."""
    if isinstance(given, str | Metric | Mapping):
        given = [given]
    metrics = tuple(metric_names.get(metric) for metric in given)
    names = [metric.name for metric in metrics]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InvalidValueError(f"metrics: '{twice}' is given twice")
    return metrics


def regularized(graph: Graph, regularizer: str | Regularizer | None) -> Graph:
    """The graph with this penalty on every kernel that has none."""
    penalty_of = regularizers.get(regularizer, "regularizer")
    return regularize(graph, float(penalty_of.l1), float(penalty_of.l2))


def preparation(
    caller: str, batch_size: int | None, steps: int | None = None, workers: int | None = None
) -> Preparation:
    """How to make batches where nothing is trained.

    Raises:
        InvalidValueError: A count is below its limit.
    """
    for name, value, least in (("batch_size", batch_size, 1), ("workers", workers, 0)):
        if value is not None and value < least:
            raise InvalidValueError(f"{caller}: {name} is {value}, it must be at least {least}")
    return Preparation(batch_size or DEFAULT_BATCH, steps, workers=workers, caller=caller)
