"""Batch-norm slimming: whole channels become silent."""

from __future__ import annotations

from collections.abc import Iterator

from fastcnn.compress.prune.regularizers.l1 import soft_threshold
from fastcnn.compress.prune.regularizers.proximal import Proximal
from fastcnn.graph import Graph, Value
from fastcnn.typing import FloatArray


class Slimming(Proximal):
    """Sum of the absolute values of gamma of all batch normalisations.

        penalty = sum |gamma|

    What follows is `prune(structure="channel", criterion="batch_norm_scale", scope="global")`.

    Source:
        Liu et al., "Learning Efficient Convolutional Networks through Network Slimming", ICCV 2017.
    """

    def parameters(self, graph: Graph) -> Iterator[Value]:
        """The gammas."""
        return (node.inputs[1] for node in graph.nodes if node.op == "batch_norm")

    def shrink(self, value: Value, w: FloatArray, amount: float) -> FloatArray:
        """Soft thresholding."""
        return soft_threshold(w, amount)
