"""Runs graphs in NumPy, in float64."""

from __future__ import annotations

from collections.abc import Mapping

from fastcnn.graph import Graph
from fastcnn.ops import evaluate
from fastcnn.typing import Array


def reference(graph: Graph, feeds: Mapping[str, Array]) -> tuple[Array, ...]:
    """Outputs of `graph`, computed in float64 from the definitions of its ops.

    Args:
        graph: What to run. Its updates are not carried out.
        feeds: One array for each input, by name.
    """
    values = evaluate(graph, feeds)
    return tuple(values[value.name] for value in graph.outputs)
