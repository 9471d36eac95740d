"""Lets the gradient of a convolution's input add the gradient by another reader."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.addend import find_addend
from fastcnn.passes.base import Patch, Rewrite


class FuseGradientSum(Rewrite):
    """Makes the other term of a sum the residual input of `conv2d_backward_data`.

        conv2d_backward_data(grad_y, w) + r

    For graphs of a training step, where what several nodes read has the sum of their gradients.

    Applies to:
        conv2d_backward_data of one group -> add without activation of tensors of one shape, where
        nothing but the sum reads the gradient, which has no residual yet. Of two such gradients the
        later one takes the other as its residual.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Exact.
    """

    name = "fuse_gradient_sum"
    anchors = ("add",)

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the sum."""
        if node.attrs.get("activation", "linear") != "linear":
            return None
        found = find_addend(graph, node, _adds)
        if found is None:
            return None
        conv, residual = found
        fused = replace(conv, inputs=(*conv.inputs, residual), outputs=node.outputs)
        return Patch(old=(conv, node), new=(fused,))


def _adds(node: Node) -> bool:
    return node.op == "conv2d_backward_data" and len(node.inputs) == 2 and node.attrs["groups"] == 1
