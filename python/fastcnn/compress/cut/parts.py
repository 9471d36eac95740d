"""Parts of a graph of several layers: blocks, and what lies between two layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from fastcnn.compress.cut.units import FOLLOWERS, KERNELS, Unit, reaches_output
from fastcnn.compress.selection import layer_of
from fastcnn.errors import InvalidValueError
from fastcnn.graph import Graph, Node, Value

BETWEEN = ".."
"""Stands between the first and the last layer in the name of a part."""


def find_blocks(graph: Graph) -> Iterator[Unit]:
    """Every part of two layers and more that all data must pass and that no other divides.

    A block that adds its entry to what it computes is left to its branch, which is the same cut.
    """
    bounds = list(_bottlenecks(graph))
    for (start, entry), (stop, exit_) in pairwise(bounds):
        nodes = graph.nodes[start:stop]
        kernels = [node for node in nodes if node.op in KERNELS]
        adds_entry = nodes[-1].op == "add" and entry.name in {v.name for v in nodes[-1].inputs}
        if len(kernels) > 1 and not adds_entry:
            yield _unit(graph, nodes, entry, exit_)


def find_part(graph: Graph, name: str) -> Unit:
    """The part from one layer to another, both included.

    Args:
        graph: Where.
        name: The names of the layers, as "first..last".

    Raises:
        InvalidValueError: A layer is not there, or more than one value leads into or out of what
            lies between.
    """
    names = name.split(BETWEEN)
    layers = [[node for node in graph.nodes if layer_of(node) == layer] for layer in names]
    if len(names) != 2 or not all(layers):
        kernels = [node for node in graph.nodes if node.op in KERNELS]
        known = ", ".join(dict.fromkeys(layer_of(node) for node in kernels))
        raise InvalidValueError(
            f"cut: the part '{name}' must be FIRST{BETWEEN}LAST, two layers of {known}"
        )
    entry, end = layers[0][0].inputs[0], layers[1][-1]
    while (user := graph.sole_user(end.output)) and (
        user.op in FOLLOWERS or (user.op == "add" and not _from_outside(graph, entry, user))
    ):
        end = user
    inside = _between(graph, entry, end)
    names_inside = {node.name for node in inside}
    leaving = [
        value.name
        for node in inside
        for value in node.outputs
        if value.name != end.output.name
        and (
            graph.is_result(value)
            or any(user.name not in names_inside for user in graph.users(value))
        )
    ]
    others = [*_from_outside(graph, entry, end), *leaving]
    if layers[0][0].name not in names_inside:
        others = [layers[0][0].output.name]
    if others:
        raise InvalidValueError(
            f"cut: the part '{name}' must have one way in and one way out, but '{others[0]}' leads "
            "past its ends"
        )
    return _unit(graph, inside, entry, end.output)


def _from_outside(graph: Graph, entry: Value, end: Node) -> list[str]:
    """Names of what leads to `end`, not by way of `entry`."""
    inside = _between(graph, entry, end)
    known = {value.name for node in inside for value in node.outputs} | {entry.name}
    read = [value for node in inside for value in node.inputs if value.data is None]
    return [value.name for value in read if value.name not in known]


def _unit(graph: Graph, nodes: Sequence[Node], entry: Value, exit_: Value) -> Unit:
    kernels = [layer_of(node) for node in nodes if node.op in KERNELS]
    refusal = "it ends in the output layer" if reaches_output(graph, exit_) else ""
    name = f"{kernels[0]}{BETWEEN}{kernels[-1]}"
    return Unit(name, "block", tuple(nodes), entry, exit_, refusal)


def _between(graph: Graph, entry: Value, end: Node) -> list[Node]:
    """What `end` needs of what comes after `entry`."""
    wanted = {end.name}
    for node in reversed(graph.nodes):
        if node.name in wanted:
            sources = [graph.producer(value) for value in node.inputs if value.name != entry.name]
            wanted.update(source.name for source in sources if source is not None)
    return [node for node in graph.nodes if node.name in wanted]


def _bottlenecks(graph: Graph) -> Iterator[tuple[int, Value]]:
    """Values that alone lead from the nodes before a place to those after it, with the place."""
    if len(graph.inputs) == 1:
        yield 0, graph.inputs[0]
    last = {value.name: i for i, node in enumerate(graph.nodes) for value in node.inputs}
    last |= {value.name: len(graph.nodes) for value in graph.outputs}
    live = {value.name: value for value in graph.inputs}
    for i, node in enumerate(graph.nodes):
        live |= {value.name: value for value in node.outputs}
        live = {name: value for name, value in live.items() if last.get(name, -1) > i}
        if len(live) == 1:
            yield i + 1, next(iter(live.values()))
