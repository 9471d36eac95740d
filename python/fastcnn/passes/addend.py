"""A sum as its later term and what that term could add by itself."""

from __future__ import annotations

from collections.abc import Callable

from fastcnn.graph import Graph, Node, Value


def find_addend(
    graph: Graph, node: Node, adds: Callable[[Node], bool]
) -> tuple[Node, Value] | None:
    """The producer of one term of a sum that may add the other, and the other.

    Args:
        graph: Holds the sum.
        node: An `add`.
        adds: Whether a producer can take a residual.

    Returns:
        Of two that can, the later one; None where the terms are one value or differ in shape from
        the sum, or where no producer can whose result nothing but the sum reads.
    """
    a, b = node.inputs
    if a.name == b.name or not a.shape == b.shape == node.output.shape:
        return None
    place = {other.name: i for i, other in enumerate(graph.nodes)}
    choices = [
        (place[producer.name], producer, other)
        for own, other in ((a, b), (b, a))
        if (producer := graph.producer(own)) is not None
        and adds(producer)
        and graph.sole_user(own) is node
    ]
    if not choices:
        return None
    _, producer, other = max(choices, key=lambda choice: choice[0])
    return producer, other
