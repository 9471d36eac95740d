"""Makes one node of a channel shuffle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fastcnn.graph import Graph, Node, Type, Value
from fastcnn.passes.base import Patch, Rewrite


class ShuffleChannels(Rewrite):
    """Makes one gather of the reshape, transpose and reshape that shuffle channels.

        reshape(transpose(reshape(x, [N, g, c, H, W]), (0, 2, 1, 3, 4)), [N, g c, H, W])
            -> gather(x, indices), indices[i g + j] = j c + i

    A blocked image is shuffled as it lies by the one, while the three need the plain layout.

    Applies to:
        Images whose channels are known, where nothing else reads what lies between the three. The
        axes behind the channels may be joined.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Exact.
    Source:
        Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile
        Devices", CVPR 2018, section 3.1.
    """

    name = "shuffle_channels"
    anchors = ("reshape",)
    for_inference_only = True

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the last node of the three."""
        swap = graph.producer(node.inputs[0])
        if swap is None or swap.op != "transpose" or graph.sole_user(swap.output) is not node:
            return None
        split = graph.producer(swap.inputs[0])
        if split is None or split.op != "reshape" or graph.sole_user(split.output) is not swap:
            return None
        x, parts = split.inputs[0], split.output.shape
        if swap.integers("perm") != (0, 2, 1, *range(3, len(parts))) or len(node.inputs) != 1:
            return None
        if len(x.shape) != 4 or x.shape != node.output.shape or len(parts) < 4:
            return None
        groups, size = parts[1:3]
        if groups is None or size is None or groups * size != x.shape[1]:
            return None
        if None in parts[3:] or parts[0] != x.shape[0]:
            return None

        order = np.arange(groups * size, dtype=np.int32).reshape(groups, size).T.ravel()
        indices = Value(
            f"{node.name}/order", Type(order.shape, "int32"), np.ascontiguousarray(order)
        )
        shuffled = replace(node, op="gather", inputs=(x, indices), attrs={"axis": 1})
        return Patch(old=(split, swap, node), new=(shuffled,))
