"""Lets a layer apply the activation that follows it."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite

_LAYERS = ("conv2d", "conv2d_transpose", "dense", "batch_norm", "add")


class FuseActivation(Rewrite):
    """Moves a rectifier into the convolution, dense layer, normalisation or sum before it.

        relu(conv(x, w) + b)           -> conv2d with activation "relu"
        clip(conv(x, w) + b, 0, 6)     -> conv2d with activation "relu6"

    Applies to:
        conv2d, conv2d_transpose, dense, batch_norm or add without an activation, whose output
        only the rectifier reads.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Exact.
    """

    name = "fuse_activation"
    anchors = ("relu", "clip")
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the rectifier."""
        if node.op == "clip" and (node.attrs["low"], node.attrs["high"]) != (0, 6):
            return None
        layer = graph.producer(node.inputs[0])
        if layer is None or layer.op not in _LAYERS:
            return None
        if layer.attrs.get("activation", "linear") != "linear":
            return None
        if graph.sole_user(layer.output) is not node:
            return None
        activation = "relu" if node.op == "relu" else "relu6"
        attrs = {**layer.attrs, "activation": activation}
        return Patch(old=(layer, node), new=(replace(layer, outputs=node.outputs, attrs=attrs),))
