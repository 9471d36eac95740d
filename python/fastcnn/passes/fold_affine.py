"""Folds sums and products with constants into the layer before them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Value
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.typing import Array

_LAYERS = ("conv2d", "conv2d_transpose", "dense", "batch_norm")


class FoldAffine(Rewrite):
    """Folds a product or sum with one constant a channel into the layer that feeds it.

        s (conv(x, w) + b) + t  =  conv(x, s w) + (s b + t)

    Batch normalisation comes in this form from tools that took it apart, and so does the bias of
    a dense layer.

    Applies to:
        conv2d, conv2d_transpose of one group, dense or batch_norm -> add, subtract, multiply,
        divide or scale with a constant that is one number, or one a channel; where the layer has
        no activation and no residual input, and nothing else reads its output.
    Keeps:
        The name and shape of every input and output; the traits of the weights.
    Numerics:
        Equal in real arithmetic. `s w` and `s b + t` are formed in float64; each is rounded once.
    """

    name = "fold_affine"
    anchors = ("add", "subtract", "multiply", "divide", "scale")
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the sum or product."""
        for place, value in enumerate(node.inputs):
            layer = graph.producer(value)
            if layer is None or not _can_take(layer) or graph.sole_user(value) is not node:
                continue
            if layer.outputs[0].shape != node.output.shape:
                continue
            factors = _factors(node, place, layer)
            if factors is not None:
                return Patch(old=(layer, node), new=(_folded(layer, node, *factors),))
        return None


def _can_take(layer: Node) -> bool:
    if layer.op not in _LAYERS or layer.attrs.get("activation", "linear") != "linear":
        return False
    if layer.op == "batch_norm":
        return all(value.data is not None for value in layer.inputs[1:3])
    if len(layer.inputs) != 3 or any(value.data is None for value in layer.inputs[1:]):
        return False
    return layer.op != "conv2d_transpose" or layer.attrs["groups"] == 1


def _factors(node: Node, place: int, layer: Node) -> tuple[Array, Array] | None:
    """S and t, one number a channel, of y = s x + t; None where the node is not of that form."""
    if node.attrs.get("activation", "linear") != "linear":
        return None
    channels = layer.inputs[2].shape[0]
    assert channels is not None
    one, zero = np.ones(channels), np.zeros(channels)
    if node.op == "scale":
        factor = node.attrs["factor"]
        assert isinstance(factor, int | float)
        return one * factor, zero
    number = _per_channel(node.inputs[1 - place], layer.outputs[0], channels)
    if number is None:
        return None
    if node.op == "add":
        return one, number
    if node.op == "subtract":
        return (one, -number) if place == 0 else (-one, number)
    if node.op == "multiply":
        return number, zero
    return (1 / number, zero) if place == 0 and number.all() else None


def _per_channel(value: Value, y: Value, channels: int) -> Array | None:
    """The constant as one float64 a channel; None where it differs within a channel."""
    if value.data is None or value.data.ndim > y.type.rank:
        return None
    lengths = (1,) * (y.type.rank - value.data.ndim) + value.data.shape
    if any(extent != 1 for axis, extent in enumerate(lengths) if axis != 1):
        return None
    return np.broadcast_to(value.data.reshape(-1).astype(np.float64), (channels,))


def _folded(layer: Node, node: Node, s: Array, t: Array) -> Node:
    x, w, b, *rest = layer.inputs
    assert w.data is not None
    assert b.data is not None
    if layer.op == "conv2d":
        scaled = s[:, None, None, None] * w.data
    elif layer.op == "conv2d_transpose":
        scaled = s[:, None, None] * w.data
    else:
        scaled = s * w.data
    inputs = (x, _new(node, w, scaled), _new(node, b, s * b.data + t), *rest)
    return replace(layer, inputs=inputs, outputs=node.outputs)


def _new(node: Node, value: Value, data: Array) -> Value:
    return replace(
        value, name=f"{node.name}/{value.name}", data=np.ascontiguousarray(data, np.float32)
    )
