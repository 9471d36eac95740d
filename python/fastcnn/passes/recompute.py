"""Computes activations a second time instead of keeping them for the backward pass."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Value, verify


def recompute(graph: Graph, segments: int) -> Graph:
    """Keeps of the forward pass only what goes from one of its segments to another.

    The nodes up to the last that an output depends on are the forward pass; they are cut into
    segments of about equally many bytes. What a segment computes for itself is computed again
    where the nodes behind the forward pass first read it, and no sooner, so that it lives for
    the backward pass of its segment alone. The last segment, whose backward pass comes first, is
    left as it is. With n segments of alike layers about 1/n of the activations live at a time, and
    the same again crosses; the forward pass is computed (n - 1)/n times more.

    Args:
        graph: A training step with every shape known; left as it is.
        segments: 1 or more; 1 changes nothing.

    Keeps:
        Inputs, outputs, updates, and every bit of them: the same nodes run on the same values.

    Source:
        Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016,
        section 4.
    """
    if segments == 1:
        return graph
    end = _end_of_forward(graph)
    places = _segments(graph.nodes[:end], segments)
    dropped = {
        value.name
        for node in graph.nodes[:end]
        for value in node.outputs
        if places[node.name] < segments - 1
        and not graph.is_result(value)
        and all(
            places.get(user.name, segments) in (places[node.name], segments)
            for user in graph.users(value)
        )
    }
    order = {node.name: i for i, node in enumerate(graph.nodes)}
    nodes = list(graph.nodes[:end])
    again: dict[str, Value] = {}
    for node in graph.nodes[end:]:
        for first in _missing(graph, node.inputs, dropped, again, order):
            outputs = tuple(replace(value, name=f"{value.name}/again") for value in first.outputs)
            nodes.append(
                _reading(replace(first, name=f"{first.name}/again", outputs=outputs), again)
            )
            again |= {
                old.name: new
                for old, new in zip(first.outputs, outputs, strict=True)
                if old.name in dropped
            }
        nodes.append(_reading(node, again))
    new = replace(graph, nodes=tuple(nodes))
    verify(new)
    return new


def _end_of_forward(graph: Graph) -> int:
    """The place behind the last node that an output depends on."""
    results = {value.name for value in graph.outputs}
    return 1 + max(
        (i for i, node in enumerate(graph.nodes) if any(v.name in results for v in node.outputs)),
        default=-1,
    )


def _segments(nodes: tuple[Node, ...], segments: int) -> dict[str, int]:
    """The segment of each node, by the bytes that come before it."""
    sizes = [sum(map(_bytes, node.outputs)) for node in nodes]
    total, before = max(sum(sizes), 1), 0
    places = {}
    for node, size in zip(nodes, sizes, strict=True):
        places[node.name] = min(segments * before // total, segments - 1)
        before += size
    return places


def _bytes(value: Value) -> int:
    extents = [extent or 1 for extent in value.shape]
    return math.prod(extents) * np.dtype(value.type.dtype).itemsize


def _missing(
    graph: Graph,
    values: Iterable[Value],
    dropped: set[str],
    again: dict[str, Value],
    order: dict[str, int],
) -> list[Node]:
    """The nodes to run again before what reads `values`, in their order."""
    found: dict[str, Node] = {}
    stack = list(values)
    while stack:
        value = stack.pop()
        node = graph.producer(value)
        if value.name not in dropped or value.name in again or node is None or node.name in found:
            continue
        found[node.name] = node
        stack += node.inputs
    return sorted(found.values(), key=lambda node: order[node.name])


def _reading(node: Node, again: dict[str, Value]) -> Node:
    """The node, on what was computed again where it was."""
    return replace(node, inputs=tuple(again.get(value.name, value) for value in node.inputs))
