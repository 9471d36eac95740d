"""What a graph costs: parameters, non-zeros, multiply-accumulates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Graph, Node, Value
from fastcnn.ops import checks


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a graph costs.

    Args:
        parameters: Elements of all parameters, each counted once.
        nonzeros: Those of them that are not 0.
        macs: Multiply-accumulates of one sample, in convolutions and dense layers.
    """

    parameters: int
    nonzeros: int
    macs: int


def statistics(graph: Graph) -> Statistics:
    """Counts a whole graph."""
    arrays = [value.data for value in graph.parameters.values() if value.data is not None]
    return Statistics(
        parameters=sum(array.size for array in arrays),
        nonzeros=sum(int(np.count_nonzero(array)) for array in arrays),
        macs=sum(node_macs(node) for node in graph.nodes),
    )


def node_macs(node: Node) -> int:
    """Multiply-accumulates of one sample.

    Each weight of a convolution meets each output pixel of its channel once, in the gradients as
    in the forward pass; each weight of a dense layer meets each sample once. Adding the bias is
    not counted, nor is any other op.

    Raises:
        ShapeError: The size of the image is unknown.
    """
    if node.op in ("dense", "dense_backward_data"):
        return _elements(node, node.inputs[1])
    if node.op == "dense_backward_weights":
        return _elements(node, node.output)
    if node.op == "conv2d":
        return _elements(node, node.inputs[1]) * _pixels(node, node.output)
    if node.op in ("conv2d_backward_data", "conv2d_transpose"):
        return _elements(node, node.inputs[1]) * _pixels(node, node.inputs[0])
    if node.op == "conv2d_backward_weights":
        return _elements(node, node.output) * _pixels(node, node.inputs[0])
    return 0


def _elements(node: Node, w: Value) -> int:
    return math.prod(
        checks.known(node.op, extent, f"the shape of '{w.name}'") for extent in w.shape
    )


def _pixels(node: Node, image: Value) -> int:
    height, width = image.shape[2:]
    if height is None or width is None:
        raise ShapeError(
            f"statistics: the work of '{node.name}' depends on the image size, which is unknown; "
            f"specialize the graph to one"
        )
    return height * width
