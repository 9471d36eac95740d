"""Merges two layers without an activation between them into one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite
from fastcnn.typing import Attributes, FloatArray


class MergeLinear(Rewrite):
    """Makes one layer of two convolutions, or two dense layers, that follow each other.

        conv(conv(x, w) + b, v) + c = conv(x, u) + d
        u[o, i, p] = sum over m, q of v[o, m, q] w[m, i, p - s q]
        d[o] = c[o] + sum over m, q of v[o, m, q] b[m]

    where s are the strides of the first. Of dense layers: u = w v, d = b v + c.

    Applies to:
        conv2d -> conv2d without groups and dilation, or dense -> dense, with known weights, where
        the first has no activation and no residual, nothing else reads it, and the one layer
        holds no more weights than the two. The second convolution must pad nothing, or the first
        be 1x1 with a bias of zeros: elsewhere what is padded is not zero in the one convolution.
    Keeps:
        The name and shape of every input and output; the activation of the second.
    Numerics:
        Equal in real arithmetic. Products are formed in float64; each weight is rounded once.
    """

    name = "merge_linear"
    anchors = ("conv2d", "dense")
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the second."""
        first = graph.producer(node.inputs[0])
        if (
            first is None
            or first.op != node.op
            or len(first.inputs) != 3
            or first.attrs.get("activation", "linear") != "linear"
            or graph.sole_user(first.output) is not node
            or [value.name for value in node.inputs].count(first.output.name) != 1
        ):
            return None
        known = [value.data for value in (*first.inputs[1:], *node.inputs[1:3])]
        if any(data is None for data in known):
            return None
        w, b, v, c = (np.asarray(data, np.float64) for data in known)
        if node.op == "dense":
            if w.shape[0] * v.shape[1] > w.size + v.size:
                return None
            return _patch(first, node, w @ v, b @ v + c, node.attrs)
        attrs = _window(first, node, w, b)
        if attrs is None:
            return None
        u = _kernel(w, v, first.attrs["strides"])  # type: ignore[arg-type]
        if u.size > w.size + v.size:
            return None
        return _patch(first, node, u, c + v.sum((2, 3)) @ b, attrs)


def _window(first: Node, second: Node, w: FloatArray, b: FloatArray) -> Attributes | None:
    """Attributes of the one convolution; None where there is none."""
    for conv in (first, second):
        if conv.attrs["groups"] != 1 or conv.attrs["dilations"] != (1, 1):
            return None
    s, p, q, t = (
        first.attrs["strides"],
        first.attrs["pads"],
        second.attrs["pads"],
        second.attrs["strides"],
    )
    assert isinstance(s, tuple)
    assert isinstance(p, tuple)
    assert isinstance(q, tuple)
    assert isinstance(t, tuple)
    if any(q) and (w.shape[2:] != (1, 1) or any(p) or b.any()):
        return None
    strides = (int(s[0] * t[0]), int(s[1] * t[1]))
    pads = tuple(int(p[i] + s[i % 2] * q[i]) for i in range(4))
    return {**second.attrs, "strides": strides, "pads": pads}


def _kernel(w: FloatArray, v: FloatArray, strides: tuple[int, int]) -> FloatArray:
    """The kernel u of the formula above."""
    (kh, kw), (lh, lw), (sh, sw) = w.shape[2:], v.shape[2:], strides
    u = np.zeros((v.shape[0], w.shape[1], kh + sh * (lh - 1), kw + sw * (lw - 1)))
    for row in range(lh):
        for column in range(lw):
            part = np.einsum("om,mikl->oikl", v[:, :, row, column], w)
            u[:, :, sh * row : sh * row + kh, sw * column : sw * column + kw] += part
    return u


def _patch(first: Node, second: Node, u: FloatArray, d: FloatArray, attrs: Attributes) -> Patch:
    w, b = second.inputs[1:3]
    kernel, bias = u.astype(np.float32), d.astype(np.float32)
    merged = replace(
        second,
        inputs=(
            first.inputs[0],
            replace(w.with_data(kernel), name=f"{first.name}/{w.name}"),
            replace(b.with_data(bias), name=f"{first.name}/{b.name}"),
            *second.inputs[3:],
        ),
        attrs=attrs,
    )
    return Patch(old=(first, second), new=(merged,))
