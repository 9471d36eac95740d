"""From the graph of Keras to ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from fastcnn.errors import FastcnnError, UnsupportedError
from fastcnn.graph import Graph, Traits, Value
from fastcnn.graph.kernel_names import DEPTHWISE, ROW
from fastcnn.layers.emitter import Emitter, Weight
from fastcnn.layers.layer import Layer
from fastcnn.layers.layout import TO_GRAPH, emit_input, emit_output, weight_to_graph
from fastcnn.onnx.keras_layers import CONVERTERS
from fastcnn.ops import Builder
from fastcnn.typing import Array


class KerasWalk:
    """Appends what a Keras model does, layer by layer, under the layers' names.

    Args:
        keras: The package.
    """

    def __init__(self, keras: Any) -> None:
        self._keras = keras
        self._builder = Builder()
        self._shared: dict[str, Value] = {}

    def graph(self, model: Any) -> Graph:
        """The graph of a functional or sequential model.

        Raises:
            UnsupportedError: The model, a layer or an argument has no counterpart here.
        """
        functional = self._functional(model)
        inputs = []
        for tensor in functional.inputs:
            history = tensor._keras_history
            _, value = emit_input(self._builder, history.operation.name, (None, *tensor.shape[1:]))
            inputs.append(value)
        outputs = self._run(functional, inputs, "")
        names = [tensor._keras_history.operation.name for tensor in functional.outputs]
        return self._builder.build(
            [emit_output(self._builder, *pair) for pair in zip(outputs, names, strict=True)]
        )

    def _functional(self, model: Any) -> Any:
        """The model itself, or the one that a sequential model holds once its input is known."""
        functional = getattr(model, "_functional", model)
        if hasattr(functional, "_nodes_by_depth"):
            return functional
        raise UnsupportedError(
            f"onnx.from_keras: {type(model).__name__} '{model.name}' is no functional model, nor a "
            "sequential one whose input shape is known; call it on keras.Input(...) and make a "
            "keras.Model of the result, or give a Sequential its input shape"
        )

    def _run(self, functional: Any, inputs: Iterable[Value], prefix: str) -> list[Value]:
        """Appends every call of a functional model; gives its outputs."""
        values = {
            id(tensor): value for tensor, value in zip(functional.inputs, inputs, strict=True)
        }
        depths = functional._nodes_by_depth
        for call in (call for depth in sorted(depths, reverse=True) for call in depths[depth]):
            if call.is_input:
                continue
            given = [
                values[id(item)] if isinstance(item, self._keras.KerasTensor) else item
                for item in self._flat((*call.arguments.args, *call.arguments.kwargs.values()))
                if item is not None and not isinstance(item, (bool, str))
            ]
            results = self._call(call.operation, given, prefix)
            for tensor, value in zip(call.outputs, results, strict=True):
                values[id(tensor)] = value
        return [values[id(tensor)] for tensor in functional.outputs]

    def _flat(self, items: Iterable[Any]) -> list[Any]:
        """The items of nested lists, one after the other."""
        flat = []
        for item in items:
            flat += self._flat(item) if isinstance(item, (list, tuple)) else [item]
        return flat

    def _call(self, layer: Any, given: list[Any], prefix: str) -> list[Value]:
        """Appends one call of a layer, or of a function of `keras.ops`."""
        name = f"{prefix}{layer.name}"
        if isinstance(layer, self._keras.Model):
            return self._run(self._functional(layer), given, f"{name}/")
        is_layer = isinstance(layer, self._keras.Layer)
        kind = type(layer).__name__ if is_layer else f"ops.{type(layer).__name__}"
        if kind not in CONVERTERS:
            raise UnsupportedError(
                f"onnx.from_keras: layer '{name}' is of the class {kind}, which FastCNN lacks; "
                "export the model to ONNX and use onnx.load"
            )
        if getattr(layer, "data_format", None) == "channels_first":
            raise UnsupportedError(
                f"onnx.from_keras: layer '{name}': data_format 'channels_first' is not supported; "
                "build the model with 'channels_last'"
            )
        rank = max(item.type.rank for item in given if isinstance(item, Value))
        emitter = Emitter(self._builder, _holder(layer, name, rank), name, self._shared)
        inputs = [
            item
            if isinstance(item, Value)
            else emitter.constant(f"constant_{i}", _in_graph_order(np.asarray(item), rank))
            for i, item in enumerate(given)
        ]
        try:
            return [CONVERTERS[kind](emitter, layer, inputs)]
        except FastcnnError as error:
            raise UnsupportedError(
                f"onnx.from_keras: layer '{name}' ({kind}) cannot be converted: {error}"
            ) from error


def _holder(layer: Any, name: str, rank: int) -> Layer:
    """A layer of ours that holds the weights of a Keras layer, for inputs of `rank` axes."""
    holder = Layer(name=name)
    for variable in getattr(layer, "weights", ()):
        key, data = _weight(type(layer).__name__, variable.name, np.asarray(variable), rank)
        traits = Traits(trainable=bool(variable.trainable))
        holder.weights[key] = Weight(np.ascontiguousarray(data, np.float32), traits)
    return holder


def _weight(kind: str, name: str, data: Array, rank: int) -> tuple[str, Array]:
    """A weight's name here, and its numbers in the order of the graph."""
    if kind == "DepthwiseConv2D" and name == "kernel":
        name = DEPTHWISE
    if kind == "Conv1D" and name == "kernel":
        name = ROW
    if kind == "Dense" and name == "kernel" and rank == 4:  # a convolution of 1 x 1
        data = data[None, None]
    return name, weight_to_graph(name, data)


def _in_graph_order(numbers: Array, rank: int) -> Array:
    """Numbers that are broadcast with a tensor of `rank` axes."""
    if numbers.ndim == 0:
        return numbers.reshape((1,) * rank)
    if rank != 4:
        return numbers
    image = numbers.reshape((1,) * (4 - numbers.ndim) + numbers.shape)
    return np.transpose(image, TO_GRAPH)
