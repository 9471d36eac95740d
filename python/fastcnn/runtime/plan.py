"""From a graph with known shapes to a native plan."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fastcnn import _core
from fastcnn.errors import GraphError
from fastcnn.graph import Graph, Value
from fastcnn.typing import Array


def make_plan(
    graph: Graph,
    *,
    threads: int,
    state: Mapping[str, Array] | None = None,
    guard: bool = False,
    winograd: bool = False,
    cache: _core.PackCache | None = None,
) -> _core.Plan:
    """Compiles `graph`, whose shapes are all known, for the CPU.

    Args:
        graph: What to run; updates are carried out on `state`.
        threads: Threads that a run may use.
        state: The arrays that hold the parameters and that updates write to, by name. Parameters
            missing from it are constants.
        guard: Fences every buffer and checks the fences after each step, for tests.
        winograd: Whether 3x3 convolutions may run by Winograd's algorithm: faster, less exact.
        cache: Packed constants to share with other plans of the same arrays.
    """
    state = state or {}
    index = {name: i for i, name in enumerate(graph.values)}
    inputs = {value.name for value in graph.inputs}

    def describe(value: Value) -> tuple[str, list[int], str, str, Array | None]:
        shape = [_known(value, extent) for extent in value.shape]
        if value.name in inputs:
            role, data = "input", None
        elif value.name in state:
            role, data = "state", state[value.name]
        elif value.data is not None:
            role, data = "constant", np.asarray(value.data, order="C")
        else:
            role, data = "computed", None
        return value.name, shape, value.type.dtype, role, data

    return _core.Plan(
        values=[describe(value) for value in graph.values.values()],
        nodes=[
            (
                node.name,
                node.op,
                [index[value.name] for value in node.inputs],
                [index[value.name] for value in node.outputs],
                {
                    name: list(attr) if isinstance(attr, tuple | list) else attr
                    for name, attr in node.attrs.items()
                },
            )
            for node in graph.nodes
        ],
        inputs=[index[value.name] for value in graph.inputs],
        outputs=[index[value.name] for value in graph.outputs],
        updates=[(index[old.name], index[new.name]) for old, new in graph.updates],
        threads=threads,
        guard=guard,
        winograd=winograd,
        cache=cache or _core.PackCache(),
    )


def _known(value: Value, extent: int | None) -> int:
    if extent is None:
        raise GraphError(f"plan: the shape of '{value.name}' ({value.type}) is not fully known")
    return extent
