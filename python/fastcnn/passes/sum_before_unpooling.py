"""Sums a gradient over the pixels before maximum pooling spreads it over more of them."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite


class SumBeforeUnpooling(Rewrite):
    """Takes the gradient of a bias from what the gradient of a maximum pooling reads.

        channel_sum(max_pool2d_backward(grad_y, x, y)) = channel_sum(grad_y)

    Each element of grad_y goes to exactly one pixel, so the sums are the same; of a 2 x 2 pooling
    a quarter is left to read.

    Applies to:
        max_pool2d_backward -> channel_sum.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        The same terms in another order. Where y is a NaN its gradient goes to no pixel, but is in
        the sum.
    """

    name = "sum_before_unpooling"
    anchors = ("channel_sum",)

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the sum."""
        unpooled = graph.producer(node.inputs[0])
        if unpooled is None or unpooled.op != "max_pool2d_backward":
            return None
        return Patch(old=(node,), new=(replace(node, inputs=unpooled.inputs[:1]),))
