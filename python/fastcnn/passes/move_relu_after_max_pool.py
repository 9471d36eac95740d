"""Rectifies after pooling, where there is less to rectify."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite


class MoveReluAfterMaxPool(Rewrite):
    """Exchanges a rectifier and the maximum pooling that follows it.

        max_pool(relu(x)) = relu(max_pool(x))

    For training: a 2 x 2 pooling leaves a quarter of the elements to rectify, forward and
    backward. At inference the convolution rectifies for nothing, so the order is left.

    Applies to:
        relu -> max_pool2d or global_max_pool2d, where nothing else reads the rectifier.
    Keeps:
        The name and shape of every input and output, and all gradients: where the maximum is
        positive the same element takes the gradient, elsewhere it is zero in both orders.
    Numerics:
        Exact, NaN included.
    """

    name = "move_relu_after_max_pool"
    anchors = ("max_pool2d", "global_max_pool2d")

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the pooling."""
        relu = graph.producer(node.inputs[0])
        if relu is None or relu.op != "relu" or graph.sole_user(relu.output) is not node:
            return None
        pooled = replace(relu.output, type=node.output.type)
        return Patch(
            old=(relu, node),
            new=(
                replace(node, inputs=relu.inputs, outputs=(pooled,)),
                replace(relu, inputs=(pooled,), outputs=node.outputs),
            ),
        )
