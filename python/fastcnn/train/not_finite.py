"""Where numbers stop being finite."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fastcnn import runtime
from fastcnn.graph import Graph, Value
from fastcnn.typing import Array


def first_not_finite(graph: Graph, feeds: Mapping[str, Array]) -> str | None:
    """The layer in which NaN or infinity first shows in a step of training.

    Looked at, in this order: the weights; the results forward, to "loss"; the new weights, from the
    last layer to the first, as gradients go.

    Args:
        graph: A step of training, with the weights from before.
        feeds: The inputs of the step.

    Returns:
        The layer; None where everything is finite.
    """
    for value in graph.parameters.values():
        if value.data is not None and not np.isfinite(value.data).all():
            return _layer_of(value)
    results = _all_results(graph, feeds)
    needed = {graph.outputs[0].name}
    forward = []
    for node in reversed(graph.nodes):
        if any(value.name in needed for value in node.outputs):
            needed.update(value.name for value in node.inputs)
            forward.append(node)
    for node in reversed(forward):
        if not all(np.isfinite(results[value.name]).all() for value in node.outputs):
            return node.layer or "loss"
    for old, new in reversed(graph.updates):
        if not np.isfinite(results[new.name]).all():
            return _layer_of(old)
    return None


def _all_results(graph: Graph, feeds: Mapping[str, Array]) -> dict[str, Array]:
    values = tuple(value for node in graph.nodes for value in node.outputs)
    return runtime.Step(Graph(graph.inputs, values, graph.nodes)).run(feeds)


def _layer_of(parameter: Value) -> str:
    return parameter.name.partition("/")[0]
