"""Lets a convolution do the padding before it."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node
from fastcnn.passes.base import Patch, Rewrite

Pads = tuple[int, int, int, int]


class FusePad(Rewrite):
    """Adds the zeros that a pad puts around an image to the padding of the convolution after it.

        conv(pad(x, p), pads=q)  =  conv(x, pads=p + q)

    Applies to:
        pad2d, or pad of the two image axes, by zeros -> conv2d.
    Keeps:
        The name and shape of every input and output. The pad stays for its other readers;
        otherwise it goes as dead.
    Numerics:
        Exact.
    """

    name = "fuse_pad"
    anchors = ("conv2d",)

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the convolution."""
        pad = graph.producer(node.inputs[0])
        added = None if pad is None else _pads(pad)
        if pad is None or added is None:
            return None
        own = node.attrs["pads"]
        assert isinstance(own, tuple)
        attrs = {
            **node.attrs,
            "pads": tuple(int(a) + int(b) for a, b in zip(own, added, strict=True)),
        }
        fused = replace(node, inputs=(pad.inputs[0], *node.inputs[1:]), attrs=attrs)
        only = graph.sole_user(pad.output) is node
        return Patch(old=(pad, node) if only else (node,), new=(fused,))


def _pads(node: Node) -> Pads | None:
    """Top, left, bottom, right of a node that only adds zeros to the image axes."""
    pads = node.attrs.get("pads")
    if node.op not in ("pad", "pad2d") or not isinstance(pads, tuple) or min(pads) < 0:
        return None
    if node.attrs.get("value", 0) != 0 or node.attrs.get("mode", "constant") != "constant":
        return None
    if node.op == "pad":
        if len(pads) != 8 or any(pads[axis] for axis in (0, 1, 4, 5)):
            return None
        pads = (*pads[2:4], *pads[6:8])
    top, left, bottom, right = map(int, pads)
    return top, left, bottom, right
