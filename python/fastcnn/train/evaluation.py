"""Loss, metrics and predictions of a graph in inference form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fastcnn import runtime
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph
from fastcnn.layers.regularizers import Regularizer
from fastcnn.train import losses, regularizers
from fastcnn.train import metrics as metric_names
from fastcnn.train.data import Samples, read_inputs, read_samples
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.metric import Metric
from fastcnn.train.registry import Config
from fastcnn.train.step_graph import TARGET, evaluation_graph, penalty, regularize
from fastcnn.typing import Array

DEFAULT_BATCH = 128
"""Samples a call where the caller does not say; results do not depend on it."""


def evaluate(
    graph: Graph,
    x: Any,
    y: Any,
    *,
    loss: str | Loss | Config,
    metrics: Sequence[str | Metric | Config] = (),
    regularizer: str | Regularizer | None = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
) -> dict[str, float]:
    """Means over all samples.

    Args:
        graph: In inference form, one output.
        x: One array, or a dict by input name.
        y: Labels, as the loss takes them.
        loss: By name or object.
        metrics: By name or object.
        regularizer: Penalty on the kernels that have none of their own; part of the loss.
        sample_weight: One weight a sample for the loss; metrics are not weighted.
        batch_size: Samples a call.

    Returns:
        "loss", penalties included, then the metrics, by name.

    Raises:
        DataError: The data cannot be used.
    """
    measure = losses.get(loss)
    samples = read_samples(graph, measure, x, y, sample_weight=sample_weight, caller="evaluate")
    figures = get_metrics(metrics)
    graph = regularized(graph, regularizer)
    return evaluate_samples(graph, samples, measure, figures, batch_size)


def evaluate_samples(
    graph: Graph,
    samples: Samples,
    loss: Loss,
    metrics: Sequence[Metric],
    batch_size: int | None = None,
) -> dict[str, float]:
    """As `evaluate`, on data that is checked already and with the penalties of the traits."""
    session = runtime.compile(evaluation_graph(graph, loss, metrics), check=False)
    outputs = [value.name for value in session.graph.outputs]
    totals = np.zeros(len(outputs))
    size = _batch_size("evaluate", batch_size)
    for start in range(0, len(samples), size):
        part = slice(start, start + size)
        feeds = {name: array[part] for name, array in samples.inputs.items()}
        feeds[TARGET] = samples.target[part]
        result = session(**feeds)
        figures = [result[name] for name in outputs] if isinstance(result, dict) else [result]
        if samples.weight is not None:
            figures[0] = figures[0] * samples.weight[part]
        totals += [figure.sum(dtype=np.float64) for figure in figures]
    means = (totals / len(samples)).tolist()
    means[0] += penalty(graph)
    return dict(zip(("loss", *(metric.name for metric in metrics)), means, strict=True))


def predict(
    graph: Graph,
    x: Any,
    *,
    batch_size: int | None = None,
    session: runtime.Session | None = None,
) -> Array | dict[str, Array]:
    """The outputs for many samples.

    Args:
        graph: In inference form.
        x: One array, or a dict by input name.
        batch_size: Samples a call.
        session: The graph compiled before, to save doing it again.

    Returns:
        An array, the first axis counting samples; a dict by name for several outputs.
    """
    inputs = read_inputs(graph, x, caller="predict")
    session = session or runtime.compile(graph, check=False)
    count = len(next(iter(inputs.values())))
    size = _batch_size("predict", batch_size)
    results: dict[str, Array] = {}
    for start in range(0, count, size):
        part = slice(start, start + size)
        result = session(**{name: array[part] for name, array in inputs.items()})
        named = result if isinstance(result, dict) else {graph.outputs[0].name: result}
        for name, array in named.items():
            if name not in results:
                results[name] = np.empty((count, *array.shape[1:]), array.dtype)
            results[name][part] = array
    return results if len(graph.outputs) > 1 else results[graph.outputs[0].name]


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


def _batch_size(caller: str, given: int | None) -> int:
    if given is not None and given < 1:
        raise InvalidValueError(f"{caller}: batch_size is {given}, it must be at least 1")
    return given or DEFAULT_BATCH
