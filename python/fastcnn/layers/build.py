"""From layers to a graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastcnn.errors import GraphError, InvalidValueError
from fastcnn.graph import Graph, Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.input import InputLayer
from fastcnn.layers.layer import Layer
from fastcnn.layers.layout import emit_input, emit_output
from fastcnn.layers.symbolic import Call, SymbolicTensor
from fastcnn.ops import Builder


@dataclass(frozen=True, eq=False)
class Built:
    """A graph and the names the layers have in it."""

    graph: Graph
    names: Mapping[Layer, str]


def build_graph(inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> Graph:
    """The graph that computes `outputs` from `inputs`.

    It takes and gives images as [N, H, W, C], and starts from the weights the layers have now.

    Raises:
        GraphError: An output depends on an input that is not in `inputs`.
        InvalidValueError: Two layers have one name.
    """
    return build(inputs, outputs).graph


def build(inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> Built:
    """As `build_graph`, with the names of the layers."""
    for tensor in inputs:
        if not isinstance(tensor.call.layer, InputLayer):
            raise GraphError(
                f"Model: inputs must come from layers.Input, {tensor!r} does not; "
                "give the Input that it is computed from"
            )
    calls = _calls(inputs, outputs)
    names = _names([tensor.call.layer for tensor in inputs] + [call.layer for call in calls])

    g = Builder()
    values: dict[Call, Value] = {}
    for tensor in inputs:
        _, values[tensor.call] = emit_input(g, names[tensor.call.layer], tensor.shape)
    shared: dict[str, Value] = {}
    for call in calls:
        emitter = Emitter(g, call.layer, names[call.layer], shared)
        values[call] = call.layer.emit(emitter, *(values[tensor.call] for tensor in call.inputs))
    results = [emit_output(g, values[tensor.call], names[tensor.call.layer]) for tensor in outputs]
    return Built(g.build(results), names)


def _calls(inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> list[Call]:
    """The calls the outputs need, in the order they were made, which is one they can run in."""
    given = {tensor.call for tensor in inputs}
    found: set[Call] = set()
    waiting = [tensor.call for tensor in outputs]
    while waiting:
        call = waiting.pop()
        if call in found or call in given:
            continue
        if isinstance(call.layer, InputLayer):
            raise GraphError(
                f"Model: an output depends on {call.layer.label}, which is not among the inputs"
            )
        found.add(call)
        waiting += [tensor.call for tensor in call.inputs]
    return sorted(found, key=lambda call: call.order)


def _names(layers: Iterable[Layer]) -> dict[Layer, str]:
    """A name for each layer: its own, or its kind's with the next free number."""
    distinct = list(dict.fromkeys(layers))
    names: dict[Layer, str] = {}
    taken: set[str] = set()
    for layer in distinct:
        if layer.name is not None:
            if layer.name in taken:
                raise InvalidValueError(
                    f"Model: two layers are named '{layer.name}'; names must differ"
                )
            taken.add(layer.name)
            names[layer] = layer.name
    for layer in distinct:
        if layer.name is None:
            base = candidate = layer.default_name()
            count = 0
            while candidate in taken:
                count += 1
                candidate = f"{base}_{count}"
            taken.add(candidate)
            names[layer] = candidate
    return {layer: names[layer] for layer in distinct}
