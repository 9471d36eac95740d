"""Lets a normalisation add the residual."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.addend import find_addend
from fastcnn.passes.base import Patch, Rewrite


class FuseResidual(Rewrite):
    """Makes the other term of a sum the residual input of a batch normalisation in training.

        act(batch_norm(x) + r)  with  r a value of the same shape

    For training: at inference the normalisation goes into the convolution before it, which adds.

    Applies to:
        batch_norm_train -> add of tensors of one shape, where the normalisation has no activation
        and no residual yet and nothing but the sum reads it. Of two such normalisations the later
        one takes the other as its residual. An activation of the sum becomes that of the
        normalisation.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Exact.
    """

    name = "fuse_residual"
    anchors = ("add",)

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the sum."""
        found = find_addend(graph, node, _adds)
        if found is None:
            return None
        norm, residual = found
        fused = replace(
            norm,
            inputs=(*norm.inputs, residual),
            outputs=(node.output, *norm.outputs[1:]),
            attrs={**norm.attrs, "activation": node.attrs.get("activation", "linear")},
        )
        return Patch(old=(norm, node), new=(fused,))


def _adds(node: Node) -> bool:
    return (
        node.op == "batch_norm_train"
        and len(node.inputs) == 3
        and node.attrs.get("activation", "linear") == "linear"
    )
