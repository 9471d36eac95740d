"""What all pooling ops have in common."""

from __future__ import annotations

from collections.abc import Sequence

from fastcnn.graph import Node, Type
from fastcnn.ops import checks
from fastcnn.ops.channels import Tie, fix_axes
from fastcnn.ops.op import Op
from fastcnn.ops.window import Window


class PoolingOp(Op):
    """Base of ops that treat each channel of an image by itself and alter its pixels."""

    def channels(self, node: Node) -> Sequence[Tie]:
        """Channels stay; pixels are fixed."""
        x, y = node.inputs[0], node.output
        return [Tie.same(x, 1, y, 1), *fix_axes(x, (2, 3)), *fix_axes(y, (2, 3))]


def pool_shape(op: str, x: Type, window: Window) -> Type:
    """Type of y; raises where x or the window do not fit."""
    checks.floats(op, x=x)
    checks.rank(op, 4, x=x)
    window.check_pool(op)
    n, c, h, w = x.shape
    return Type((n, c, *window.output_size(op, (h, w))))
