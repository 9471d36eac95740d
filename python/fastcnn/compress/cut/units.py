"""What can be cut out of a graph: layers, and branches of sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fastcnn.compress.selection import layer_of
from fastcnn.graph import Graph, Node, Value
from fastcnn.passes import remove_dead_nodes

KERNELS = ("conv2d", "dense")
"""Ops that hold the weights a cut is about."""

FOLLOWERS = ("batch_norm", "relu", "leaky_relu", "clip", "sigmoid", "tanh", "dropout")
"""Ops that belong to the layer before them."""


@dataclass(frozen=True)
class Unit:
    """Part of a graph with one way in and one way out.

    Args:
        name: Its layers, joined by " + "; the first and the last of a block, joined by "..".
        kind: "layer", "branch" for one term of a sum, or "block" for several layers.
        nodes: What goes.
        entry: What readers of `exit` would read in its place.
        exit: What the rest of the graph reads of it.
        refusal: Why it cannot be cut; empty if nothing is known against it.
    """

    name: str
    kind: str
    nodes: tuple[Node, ...]
    entry: Value
    exit: Value
    refusal: str = ""


def find_units(graph: Graph) -> list[Unit]:
    """Every layer with weights, and every branch of a sum, in the order of the graph."""
    return [*_layers(graph), *_branches(graph)]


def _layers(graph: Graph) -> Iterator[Unit]:
    for node in graph.nodes:
        if node.op in KERNELS:
            chain = [node]
            while (user := graph.sole_user(chain[-1].output)) and user.op in FOLLOWERS:
                chain.append(user)
            refusal = _refusal(graph, node, chain[-1].output)
            yield Unit(
                layer_of(node), "layer", tuple(chain), node.inputs[0], chain[-1].output, refusal
            )


def _refusal(graph: Graph, node: Node, end: Value) -> str:
    if len(node.inputs) > 3:
        return "it adds a residual; cut the graph before operators are fused"
    if reaches_output(graph, end):
        return (
            "it is the output layer: no convolution or dense layer stands between it and an output"
        )
    return ""


def reaches_output(graph: Graph, value: Value) -> bool:
    """Whether a path without another kernel leads from `value` to an output."""
    reached = {value.name}
    for node in graph.nodes:
        if node.op not in KERNELS and any(source.name in reached for source in node.inputs):
            reached.update(result.name for result in node.outputs)
    return any(result.name in reached for result in graph.outputs)


def _branches(graph: Graph) -> Iterator[Unit]:
    for node in graph.nodes:
        if node.op != "add" or node.inputs[0].name == node.inputs[1].name:
            continue
        for kept in node.inputs:
            dead = _dead_without(graph, node, kept)
            kernels = [layer_of(other) for other in dead if other.op in KERNELS]
            if kernels:
                yield Unit(
                    " + ".join(dict.fromkeys(kernels)), "branch", (*dead, node), kept, node.output
                )


def _dead_without(graph: Graph, add: Node, kept: Value) -> tuple[Node, ...]:
    """What nobody needs once `add` gives its term `kept` alone."""
    alone = replace(add, op="scale", inputs=(kept,), attrs={"factor": 1.0})
    nodes = tuple(alone if node is add else node for node in graph.nodes)
    alive = {node.name for node in remove_dead_nodes(replace(graph, nodes=nodes)).nodes}
    return tuple(node for node in graph.nodes if node.name not in alive)
