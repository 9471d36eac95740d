"""Permutation of the axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import InvalidValueError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.channels import Tie
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Transpose(Op):
    """Permutation of the axes: axis i of y is axis perm[i] of x.

    Shape:
        x: any. y: extents x.shape[perm[i]].
    """

    name = "transpose"

    def infer(self, x: Type, *, perm: tuple[int, ...]) -> Type:
        checks.integers(self.name, "perm", perm, x.rank, 0)
        if sorted(perm) != list(range(x.rank)):
            raise InvalidValueError(
                f"transpose: perm must name each axis from 0 to {x.rank - 1} once, it is {perm}"
            )
        return Type(tuple(x.shape[axis] for axis in perm), x.dtype)

    def reference(self, x: Array, *, perm: tuple[int, ...]) -> Array:
        return np.transpose(x, perm)

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        perm = node.integers("perm")
        inverse = tuple(perm.index(axis) for axis in range(len(perm)))
        return [g.apply("transpose", grad_y, perm=inverse)]

    def channels(self, node: Node) -> Sequence[Tie]:
        (x,), y = node.inputs, node.output
        return [
            Tie.same(x, axis, y, i)
            for i, axis in enumerate(node.integers("perm"))
            if x.shape[axis] is not None
        ]
