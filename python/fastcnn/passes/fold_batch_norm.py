"""Folds batch normalisation into the layer before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.typing import Array


class FoldBatchNorm(Rewrite):
    """Folds a batch normalisation into the convolution, of either kind, or dense layer before it.

        gamma (conv(x, w) + b - mean) / sqrt(variance + epsilon) + beta
            = conv(x, s w) + s (b - mean) + beta,    s = gamma / sqrt(variance + epsilon)

    Applies to:
        conv2d, conv2d_transpose or dense -> batch_norm with known weights and statistics, where
        the first has no activation and no residual input, and nothing else reads its output.
    Keeps:
        The name and shape of every input and output; the traits of the weights.
    Numerics:
        Equal in real arithmetic. `s` is formed in float64; each weight is rounded once.
    Source:
        Jacob et al., "Quantization and Training of Neural Networks for Efficient
        Integer-Arithmetic-Only Inference", CVPR 2018, section 3.2.
    """

    name = "fold_batch_norm"
    anchors = ("batch_norm",)
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the normalisation."""
        layer = graph.producer(node.inputs[0])
        if (
            layer is None
            or layer.op not in ("conv2d", "conv2d_transpose", "dense")
            or len(layer.inputs) != 3
        ):
            return None
        if layer.attrs.get("activation", "linear") != "linear":
            return None
        if graph.sole_user(layer.output) is not node:
            return None

        x, w, b = layer.inputs
        known = [value.data for value in (b, *node.inputs[1:])]
        if w.data is None or any(data is None for data in known):
            return None
        bias, gamma, beta, mean, variance = (np.asarray(data, np.float64) for data in known)
        epsilon = node.attrs["epsilon"]
        assert isinstance(epsilon, int | float)

        s = gamma / np.sqrt(variance + epsilon)
        shift = (s * (bias - mean) + beta).astype(np.float32)
        folded = replace(
            layer,
            inputs=(
                x,
                replace(w, name=f"{node.name}/{w.name}", data=_scaled(layer, w.data, s)),
                replace(b, name=f"{node.name}/{b.name}", data=shift),
            ),
            outputs=node.outputs,
        )
        return Patch(old=(layer, node), new=(folded,))


def _scaled(layer: Node, w: Array, s: Array) -> Array:
    """The weights times `s`, which has one number for each output; formed in float64."""
    if layer.op == "dense":
        factors = s
    elif layer.op == "conv2d":
        factors = s[:, None, None, None]
    else:  # [IC, OC / groups, KH, KW]: groups of inputs, one by one
        groups = layer.integer("groups")
        by_group = np.repeat(s.reshape(groups, -1), w.shape[0] // groups, axis=0)
        factors = by_group[:, :, None, None]
    scaled = np.empty(w.shape, np.float32)
    np.multiply(w, factors, out=scaled, dtype=np.float64, casting="same_kind")
    return scaled
