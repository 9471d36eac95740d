"""Product of matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.broadcast import broadcast, sum_to
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class Matmul(Op):
    """Products of matrices.

        y[..., m, n] = sum over k of a[..., m, k] b[..., k, n]

    Shape:
        a: [..., M, K]. b: [..., K, N]. y: [..., M, N]. The axes before the last two are
        broadcast.
    """

    name = "matmul"

    def infer(self, a: Type, b: Type) -> Type:
        dtype = checks.numeric(self.name, a=a, b=b)
        checks.rank_at_least(self.name, 2, a=a, b=b)
        inner = {extent for extent in (a.shape[-1], b.shape[-2]) if extent is not None}
        if len(inner) > 1:
            raise ShapeError(f"matmul: a has {a.shape[-1]} columns, b has {b.shape[-2]} rows")
        outer = broadcast(self.name, a=Type(a.shape[:-2]), b=Type(b.shape[:-2]))
        return Type((*outer, a.shape[-2], b.shape[-1]), dtype)

    def reference(self, a: Array, b: Array) -> Array:
        y: Array = np.matmul(a, b)
        return y

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        a, b = node.inputs
        grad_a = g.apply("matmul", grad_y, _transposed(g, b))
        grad_b = g.apply("matmul", _transposed(g, a), grad_y)
        return [_sum_outer(g, grad_a, a), _sum_outer(g, grad_b, b)]


def _transposed(g: Builder, x: Value) -> Value:
    *outer, rows, columns = range(x.type.rank)
    return g.apply("transpose", x, perm=(*outer, columns, rows))


def _sum_outer(g: Builder, grad: Value, like: Value) -> Value:
    """`sum_to` over the axes before the matrices, which are never broadcast."""
    outer = Value(like.name, Type((*like.shape[:-2], *grad.shape[-2:])))
    return sum_to(g, grad, outer)
