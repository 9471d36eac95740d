"""Recognises swish."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.passes.product import product_of


class FuseSwish(Rewrite):
    """Makes one op of a value times its own sigmoid.

        x sigmoid(beta x)  ->  swish(x, beta)

    Applies to:
        A product of two values, one the sigmoid of the other or of a multiple of it.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Equal in real arithmetic.
    Source:
        Ramachandran, Zoph and Le, "Searching for Activation Functions", 2017.
    """

    name = "fuse_swish"
    anchors = ("multiply",)
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the product."""
        for x, gate in (node.inputs, node.inputs[::-1]):
            source = graph.producer(gate)
            if source is None or source.op != "sigmoid" or node.output.type != x.type:
                continue
            inner = product_of(graph, source.inputs[0])
            if len(inner.values) == 1 and inner.values[0].name == x.name:
                fused = replace(node, op="swish", inputs=(x,), attrs={"beta": inner.number})
                return Patch(old=(node,), new=(fused,))
        return None
