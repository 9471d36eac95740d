"""Global pools for what reduces the image axes."""

from __future__ import annotations

from dataclasses import replace

from fastcnn.graph import Graph, Node, Type, Value
from fastcnn.passes.base import Patch, Rewrite

_POOLS = {"reduce_mean": "global_average_pool2d", "reduce_max": "global_max_pool2d"}


class UseGlobalPools(Rewrite):
    """Makes a global pool of a mean or maximum over height and width.

        reduce_mean(x, axes (2, 3))  =  global_average_pool2d(x)

    The pools run in the layout of the convolutions around them.

    Applies to:
        reduce_mean and reduce_max of float32 [N, C, H, W] over the axes 2 and 3, C known.
    Keeps:
        The name and shape of every input and output.
    Numerics:
        Equal but for the order of the terms.
    """

    name = "use_global_pools"
    anchors = tuple(_POOLS)

    def match(self, graph: Graph, node: Node) -> Patch | None:
        """Starts from the reduction."""
        x, y = node.inputs[0], node.output
        if node.attrs.get("axes") != (2, 3) or x.type.rank != 4 or x.type.dtype != "float32":
            return None
        batch, channels = x.shape[:2]
        if channels is None or len(node.inputs) > 1:
            return None
        if y.type.rank == 4:
            return Patch(old=(node,), new=(replace(node, op=_POOLS[node.op], attrs={}),))
        pooled = Value(f"{y.name}/pooled", Type((batch, channels, 1, 1)))
        pool = replace(node, op=_POOLS[node.op], outputs=(pooled,), attrs={})
        shape = Node(
            f"{node.name}/reshape", "reshape", (pooled,), (y,), {"shape": (0, channels)}, node.layer
        )
        return Patch(old=(node,), new=(pool, shape))
