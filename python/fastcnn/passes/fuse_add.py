"""Lets a convolution add the residual."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.addend import find_addend
from fastcnn.passes.base import Patch, Rewrite


class FuseAdd(Rewrite):
    """Makes the other term of a sum the residual input of a convolution.

        act(conv(x, w) + b + r)  with  r a value of the same shape

    Applies to:
        conv2d -> add of tensors of one shape, where the convolution has no activation and no
        residual yet and nothing but the sum reads it. Of two such convolutions the later one takes
        the other as its residual. An activation of the sum becomes that of the convolution.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Equal in real arithmetic; the order of the three terms may differ.
    """

    name = "fuse_add"
    anchors = ("add",)
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the sum."""
        found = find_addend(graph, node, _adds)
        if found is None:
            return None
        conv, residual = found
        attrs = {**conv.attrs, "activation": node.attrs.get("activation", "linear")}
        fused = replace(conv, inputs=(*conv.inputs, residual), outputs=node.outputs, attrs=attrs)
        return Patch(old=(conv, node), new=(fused,))


def _adds(node: Node) -> bool:
    return (
        node.op == "conv2d"
        and len(node.inputs) == 3
        and node.attrs.get("activation", "linear") == "linear"
    )
