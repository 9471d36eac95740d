"""From a graph with known shapes to a native plan."""

from __future__ import annotations

from collections.abc import Mapping

from fastcnn import _core
from fastcnn.graph import Graph
from fastcnn.runtime.described import described_nodes, described_values
from fastcnn.runtime.host import host_function
from fastcnn.typing import Array


def make_plan(
    graph: Graph,
    *,
    threads: int,
    state: Mapping[str, Array] | None = None,
    guard: bool = False,
    winograd: bool = False,
    cache: _core.PackCache | None = None,
    strict: bool = False,
    choices: _core.ChoiceTable | None = None,
) -> _core.Plan:
    """Compiles `graph`, whose shapes are all known, for the CPU.

    Args:
        graph: What to run; updates are carried out on `state`.
        threads: Threads that a run may use.
        state: The arrays that hold the parameters and that updates write to, by name. Parameters
            missing from it are constants.
        guard: Fences every buffer and checks the fences after each step, for tests.
        winograd: Whether 3x3 convolutions may run by Winograd's algorithm: faster, with other
            rounding.
        cache: Packed constants to share with other plans of the same arrays.
        strict: Whether to refuse a node that no native implementation takes, instead of running
            it on its NumPy reference.
        choices: Measured times, by which implementations are chosen and to which new ones are
            added; the first that accepts a node is taken if None.
    """
    index = {name: i for i, name in enumerate(graph.values)}
    return _core.Plan(
        values=described_values(graph, state),
        nodes=described_nodes(graph),
        inputs=[index[value.name] for value in graph.inputs],
        outputs=[index[value.name] for value in graph.outputs],
        updates=[(index[old.name], index[new.name]) for old, new in graph.updates],
        threads=threads,
        guard=guard,
        winograd=winograd,
        cache=cache or _core.PackCache(),
        host=None if strict else host_function(graph),
        choices=choices,
    )
