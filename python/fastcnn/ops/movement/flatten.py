"""Two axes out of any number."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.checks import Extent
from fastcnn.ops.movement.reshape import back_to, tie_reshape
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array, Shape


@register
class Flatten(Op):
    """The axes before `axis` become one, and the rest another.

    Args:
        axis: From 0 to the rank of x.

    Shape:
        x: any. y: [product of the extents before axis, product of the others].
    """

    name = "flatten"

    def infer(self, x: Type, *, axis: int) -> Type:
        checks.integer(self.name, "axis", axis, 0, x.rank)
        return Type((_product(x.shape[:axis]), _product(x.shape[axis:])), x.dtype)

    def reference(self, x: Array, *, axis: int) -> Array:
        return x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        return [back_to(g, grad_y, node.inputs[0].shape)]

    def channels(self, node: Node) -> Sequence[Tie]:
        return tie_reshape(node)


def _product(shape: Shape) -> Extent:
    known = [extent for extent in shape if extent is not None]
    return math.prod(known) if len(known) == len(shape) or 0 in known else None
