"""Computes at once what does not depend on the input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Value, verify
from fastcnn.ops import run_reference
from fastcnn.passes.base import Pass

MAX_ELEMENTS = 1 << 24
"""A result larger than this (64 MiB of float32) is left to be computed."""


class FoldConstants(Pass):
    """Replaces a node that reads only constants and parameters by what it computes.

    Applies to:
        Nodes none of whose outputs is an output of the graph, with at most 2^24 elements each.
    Numerics:
        Each node is evaluated in float64; its result is rounded once.
    """

    name = "fold_constants"
    for_inference_only = True

    def apply(self, graph: Graph) -> tuple[Graph, int]:
        """One walk folds whole chains."""
        folded: dict[str, Value] = {}
        nodes = []
        for node in graph.nodes:
            inputs = tuple(folded.get(value.name, value) for value in node.inputs)
            node = replace(node, inputs=inputs)
            if _can_fold(graph, node):
                folded.update({value.name: value for value in _values(node)})
            else:
                nodes.append(node)
        if not folded:
            return graph, 0
        new = replace(graph, nodes=tuple(nodes))
        verify(new)
        return new, len(graph.nodes) - len(nodes)


def _can_fold(graph: Graph, node: Node) -> bool:
    if not all(value.data is not None for value in node.inputs):
        return False
    return not any(
        graph.is_result(value) or None in value.shape or np.prod(value.shape) > MAX_ELEMENTS  # type: ignore[arg-type]
        for value in node.outputs
    )


def _values(node: Node) -> list[Value]:
    inputs = [value.data for value in node.inputs if value.data is not None]
    arrays = run_reference(node.op, inputs, node.attrs)
    return [
        replace(value, data=np.asarray(array, value.type.dtype, order="C"))
        for value, array in zip(node.outputs, arrays, strict=True)
    ]
