"""The graphs of training and of evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fastcnn.errors import GraphError, InvalidValueError, UnsupportedError
from fastcnn.graph import Graph, Value
from fastcnn.ops import Builder
from fastcnn.passes import (
    FuseActivation,
    FuseGradientSum,
    FuseResidual,
    SumBeforeUnpooling,
    differentiate,
    for_training,
    prepare_training,
    remove_dead_nodes,
)
from fastcnn.train.losses.loss import Loss
from fastcnn.train.metrics.metric import Metric
from fastcnn.train.optimizers.optimizer import Optimizer

TARGET = "target"
SAMPLE_WEIGHT = "sample_weight"
LEARNING_RATE = "learning_rate"
STEP = "step"


def training_graph(
    graph: Graph,
    optimizer: Optimizer,
    loss: Loss,
    metrics: Sequence[Metric] = (),
    *,
    weighted: bool = False,
) -> Graph:
    """One step of training as a graph: forward, loss, backward, update.

        total = mean over n of weight[n] loss[n] + sum over w of (l1 sum |w| + l2 sum w^2)

    The gradient is taken of the mean; the update operations add that of the penalties.

    Args:
        graph: In inference form, one output. Left as it is.
        optimizer: Updates every trainable parameter the loss depends on.
        loss: Compares the output with the target.
        metrics: Figures to compute beside the loss.
        weighted: Whether samples carry weights.

    Returns:
        A graph with the inputs of `graph`, "target", "learning_rate" (float32 scalar), "step"
        (int32 scalar, 1 at the first update) and, if weighted, "sample_weight" (float32 [N]).
        Outputs: the total, then a figure a sample for each metric. Updates: parameters, moving
        statistics and the optimizer's states.
    """
    _require_free(graph, TARGET, SAMPLE_WEIGHT, LEARNING_RATE, STEP)
    simplified, _ = for_training(graph)
    prepared = FuseResidual()(prepare_training(FuseActivation()(simplified), STEP))

    g = Builder(prepared)
    prediction, logits = output_of(prepared)
    target = _target(g, loss, prediction)
    sample_loss = loss.emit(g, prediction, target, logits)
    if weighted:
        weight = g.input(SAMPLE_WEIGHT, (None,))
        sample_loss = g.apply("multiply", sample_loss, weight, name="weighted_loss")
    mean = g.apply("reduce_mean", sample_loss, name="mean_loss")
    figures = _figures(g, metrics, prediction, target, loss)
    parameters = [value for value in prepared.parameters.values() if value.is_trainable]
    total = _add_penalties(g, mean, parameters)
    learning_rate = g.input(LEARNING_RATE, ())
    step = next(value for value in prepared.inputs if value.name == STEP)

    g, gradients = differentiate(g.build([total, *figures]), mean, parameters)
    if not gradients:
        raise InvalidValueError("training: the loss depends on no trainable parameter")
    trained = [parameter for parameter in parameters if parameter.name in gradients]
    pairs = [(parameter, gradients[parameter.name]) for parameter in trained]
    for old, new in zip(trained, optimizer.emit(g, pairs, learning_rate, step), strict=True):
        g.update(old, new)
    step_graph = SumBeforeUnpooling()(g.build([total, *figures]))
    return FuseGradientSum()(remove_dead_nodes(step_graph))


def evaluation_graph(graph: Graph, loss: Loss, metrics: Sequence[Metric] = ()) -> Graph:
    """Loss and metrics of each sample as a graph.

    Args:
        graph: In inference form, one output. Left as it is.
        loss: Compares the output with the target.
        metrics: Figures to compute beside the loss.

    Returns:
        A graph with the inputs of `graph` and "target". Outputs: the loss of each sample, then a
        figure a sample for each metric.
    """
    _require_free(graph, TARGET)
    g = Builder(graph)
    prediction, logits = output_of(graph)
    target = _target(g, loss, prediction)
    sample_loss = loss.emit(g, prediction, target, logits)
    return g.build([sample_loss, *_figures(g, metrics, prediction, target, loss)])


def output_of(graph: Graph) -> tuple[Value, Value | None]:
    """The one output, and what the softmax took that made it (None where no softmax did)."""
    if len(graph.outputs) != 1:
        names = ", ".join(value.name for value in graph.outputs)
        raise UnsupportedError(
            f"training: takes graphs with one output, this one has {len(graph.outputs)}: {names}"
        )
    (prediction,) = graph.outputs
    node = graph.producer(prediction)
    logits = node.inputs[0] if node is not None and node.op == "softmax" else None
    return prediction, logits


def regularize(graph: Graph, l1: float, l2: float) -> Graph:
    """The graph with these coefficients on every kernel that has none.

    A kernel is a trainable parameter of two axes or more: biases and the parameters of batch
    normalisation are left alone.
    """
    return graph.with_values(
        {
            name: replace(value, traits=replace(value.traits, l1=l1, l2=l2))
            for name, value in graph.parameters.items()
            if value.traits is not None
            and value.is_trainable
            and value.type.rank >= 2
            and value.traits.l1 == 0
            and value.traits.l2 == 0
        }
    )


def penalty(graph: Graph) -> float:
    """What the regularisers add to the loss: sum over w of (l1 sum |w| + l2 sum w^2)."""
    total = 0.0
    for value in graph.parameters.values():
        if value.traits is None or value.data is None or not value.is_trainable:
            continue
        if value.traits.l1:
            total += value.traits.l1 * float(np.abs(value.data).sum(dtype=np.float64))
        if value.traits.l2:
            total += value.traits.l2 * float(np.square(value.data, dtype=np.float64).sum())
    return total


def _target(g: Builder, loss: Loss, prediction: Value) -> Value:
    type_ = loss.target_type(prediction.type)
    return g.input(TARGET, type_.shape, type_.dtype)


def _figures(
    g: Builder, metrics: Sequence[Metric], prediction: Value, target: Value, loss: Loss
) -> list[Value]:
    return [metric.emit(g, prediction, target, loss) for metric in metrics]


def _add_penalties(g: Builder, mean: Value, parameters: Sequence[Value]) -> Value:
    total = mean
    for parameter in parameters:
        traits = parameter.traits
        if traits is not None and (traits.l1 or traits.l2):
            penalty = g.apply("penalty", parameter, l1=float(traits.l1), l2=float(traits.l2))
            total = g.apply("add", total, penalty)
    return total


def _require_free(graph: Graph, *names: str) -> None:
    taken = [name for name in names if name in graph.values]
    if taken:
        raise GraphError(
            f"training: needs the name '{taken[0]}' for an input of its own; rename the layer"
        )
