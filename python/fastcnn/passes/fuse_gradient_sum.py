"""Lets the gradient of a convolution's input add the gradient by another reader."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
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
        a, b = node.inputs
        if a.name == b.name or node.attrs.get("activation", "linear") != "linear":
            return None
        place = {other.name: i for i, other in enumerate(graph.nodes)}
        choices = [
            (place[conv.name], conv, other)
            for own, other in ((a, b), (b, a))
            if (conv := graph.producer(own)) is not None
            and conv.op == "conv2d_backward_data"
            and len(conv.inputs) == 2
            and conv.attrs["groups"] == 1
            and graph.sole_user(own) is node
            and own.shape == other.shape
        ]
        if not choices:
            return None
        _, conv, residual = max(choices, key=lambda choice: choice[0])
        fused = replace(conv, inputs=(*conv.inputs, residual), outputs=node.outputs)
        return Patch(old=(conv, node), new=(fused,))
