"""Puts nodes into an order in which they can run."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from fastcnn.errors import GraphError
from fastcnn.graph import Node


def in_order(nodes: Sequence[Node], places: Mapping[str, int]) -> tuple[Node, ...]:
    """`nodes`, every producer before its users, otherwise by `places`.

    Args:
        nodes: In any order.
        places: Where a node would like to stand, by name. A node without a place goes as early
            as its inputs allow.

    Raises:
        GraphError: The nodes form a cycle.

    Source:
        Kahn, "Topological sorting of large networks", Communications of the ACM 5(11), 1962.
    """
    producer = {value.name: i for i, node in enumerate(nodes) for value in node.outputs}
    users: list[list[int]] = [[] for _ in nodes]
    missing = [0] * len(nodes)
    for i, node in enumerate(nodes):
        for source in {producer[value.name] for value in node.inputs if value.name in producer}:
            users[source].append(i)
            missing[i] += 1
    ready = [(places.get(nodes[i].name, -1), i) for i, count in enumerate(missing) if not count]
    heapq.heapify(ready)
    ordered: list[Node] = []
    while ready:
        _, i = heapq.heappop(ready)
        ordered.append(nodes[i])
        for user in users[i]:
            missing[user] -= 1
            if not missing[user]:
                heapq.heappush(ready, (places.get(nodes[user].name, -1), user))
    if len(ordered) != len(nodes):
        stuck = [node.name for i, node in enumerate(nodes) if missing[i]]
        raise GraphError(f"graph: the nodes {stuck} wait for one another")
    return tuple(ordered)
