"""Removes what nobody reads."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph
from fastcnn.passes.base import Pass


class RemoveDeadNodes(Pass):
    """Removes every node that neither an output nor an update depends on.

    Keeps:
        All inputs, also those that are no longer read.
    """

    name = "remove_dead_nodes"

    def apply(self, graph: Graph) -> tuple[Graph, int]:
        """Walks from the results to the inputs."""
        needed = {value.name for value in graph.outputs}
        needed.update(value.name for pair in graph.updates for value in pair)
        alive = []
        for node in reversed(graph.nodes):
            if any(value.name in needed for value in node.outputs):
                alive.append(node)
                needed.update(value.name for value in node.inputs)
        dead = len(graph.nodes) - len(alive)
        return (replace(graph, nodes=tuple(reversed(alive))) if dead else graph), dead


def remove_dead_nodes(graph: Graph) -> Graph:
    """`graph` without the nodes that neither an output nor an update depends on."""
    return RemoveDeadNodes()(graph)
