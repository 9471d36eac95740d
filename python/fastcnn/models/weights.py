"""Weights of a whole model as Keras orders them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Traits, Value
from fastcnn.layers.layout import weight_to_graph
from fastcnn.models.layer_view import layer_views, to_user
from fastcnn.typing import Array


def ordered_parameters(graph: Graph) -> list[Value]:
    """Every parameter once, layer by layer."""
    values = {value.name: value for view in layer_views(graph) for value in view.parameters}
    return list(values.values())


def get_weights(graph: Graph) -> list[Array]:
    """Copies of all weights, layer by layer.

    Layouts: convolution [KH, KW, C/groups, OC]; depthwise [KH, KW, C, M]; dense [in, out]; batch
    normalisation gamma, beta, moving mean, moving variance.
    """
    return [to_user(graph, value) for value in ordered_parameters(graph)]


def set_weights(
    graph: Graph, parameters: Sequence[Value], weights: Sequence[object], caller: str
) -> Graph:
    """The graph with `weights`, in the layout of `get_weights`, for `parameters`.

    Raises:
        InvalidValueError: Their number, a shape or a type does not fit, or one is not finite.
    """
    if len(weights) != len(parameters):
        raise InvalidValueError(
            f"{caller}: needs {len(parameters)} arrays, was given {len(weights)}; "
            "give what get_weights() of a model of the same layers gives"
        )
    data: dict[str, Array] = {}
    for value, given in zip(parameters, weights, strict=True):
        expected = to_user(graph, value).shape
        array = np.asarray(given)
        if array.shape != expected or array.dtype.kind not in "fiub":
            raise InvalidValueError(
                f"{caller}: '{value.name}' must be numbers of shape {expected}, "
                f"was given {array.dtype} of shape {array.shape}"
            )
        array = np.array(array, np.float32)
        if not np.isfinite(array).all():
            raise InvalidValueError(f"{caller}: '{value.name}' would hold NaN or infinity")
        data[value.name] = weight_to_graph(value.name, array)
    return graph.with_data(data)


def set_trainable(graph: Graph, parameters: Sequence[Value], trainable: bool) -> Graph:
    """The graph with these parameters, moving statistics left out, trainable or not."""
    statistics = {
        value.name for node in graph.nodes if node.op == "batch_norm" for value in node.inputs[3:]
    }
    return graph.with_values(
        {
            value.name: replace(
                value, traits=replace(value.traits or Traits(), trainable=trainable)
            )
            for value in parameters
            if value.name not in statistics
        }
    )
