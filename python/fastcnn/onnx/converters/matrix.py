"""Products of matrices."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Value
from fastcnn.onnx.converters.call import Call
from fastcnn.onnx.converters.registry import converts
from fastcnn.onnx.converters.types import require_floats
from fastcnn.typing import Array

_BLOCK = 64
"""Rows and columns."""


@converts("Gemm")
def gemm(c: Call) -> Value:
    """Computes alpha A' B' + beta C: a dense layer where C is one number a column."""
    g, a, b, addend = c.g, c.x, c.input(1), c.optional(2)
    require_floats(c, a, b)
    alpha, beta = c.number("alpha", 1.0), c.number("beta", 1.0)
    if c.integer("transA", 0):
        a = g.apply("transpose", a, perm=(1, 0))
    w = _gemm_weights(c, b, alpha, bool(c.integer("transB", 0)))
    columns = w.shape[1]
    if columns is None:
        raise c.refuse("the number of columns of B must be known")
    bias, rest = _split_addend(c, addend, beta, columns)
    y = g.apply("dense", a, w, bias)
    return y if rest is None else g.apply("add", y, rest)


@converts("MatMul")
def matmul(c: Call) -> Value:
    """A dense layer where B is a constant matrix."""
    g, a, b = c.g, c.x, c.input(1)
    require_floats(c, a, b)
    columns = b.shape[-1] if b.type.rank == 2 else None
    if a.type.rank == 2 and b.data is not None and columns is not None:
        return g.apply("dense", a, g.parameter(b), _no_bias(c, columns))
    if min(a.type.rank, b.type.rank) >= 2:
        return g.apply("matmul", a, b)
    row = g.apply("unsqueeze", a, axes=(0,)) if a.type.rank == 1 else a
    column = g.apply("unsqueeze", b, axes=(1,)) if b.type.rank == 1 else b
    y = g.apply("matmul", row, column)
    axes = [y.type.rank - 2] * (a.type.rank == 1) + [y.type.rank - 1] * (b.type.rank == 1)
    return g.apply("squeeze", y, axes=tuple(axes))


def _gemm_weights(c: Call, b: Value, alpha: float, transposed: bool) -> Value:
    if b.data is not None:
        data = transposed_copy(b.data) if transposed else b.data
        if alpha != 1:
            data = (np.float64(alpha) * data).astype(np.float32)
        return c.g.parameter(b, data, form=f"gemm {alpha} {transposed}")
    w = c.g.apply("transpose", b, perm=(1, 0)) if transposed else b
    return w if alpha == 1 else c.g.apply("scale", w, factor=alpha)


def transposed_copy(data: Array) -> Array:
    """The transpose of a matrix in memory of its own, copied by blocks that fit a cache."""
    copy = np.empty(data.shape[::-1], data.dtype)
    for row in range(0, data.shape[0], _BLOCK):
        for column in range(0, data.shape[1], _BLOCK):
            block = data[row : row + _BLOCK, column : column + _BLOCK]
            copy[column : column + _BLOCK, row : row + _BLOCK] = block.T
    return copy


def _split_addend(
    c: Call, addend: Value | None, beta: float, columns: int
) -> tuple[Value, Value | None]:
    """The bias of the dense layer, and what must be added after it."""
    if addend is None or beta == 0:
        return _no_bias(c, columns), None
    require_floats(c, addend)
    is_row = addend.shape in ((), (1,), (columns,), (1, 1), (1, columns))
    if addend.data is not None and is_row:
        row = np.broadcast_to((np.float64(beta) * addend.data).astype(np.float32), (1, columns))
        return c.g.parameter(addend, row[0], form=f"row {beta} {columns}"), None
    scaled = addend if beta == 1 else c.g.apply("scale", addend, factor=beta)
    if addend.shape == (columns,):
        return scaled, None
    return _no_bias(c, columns), scaled


def _no_bias(c: Call, columns: int) -> Value:
    return c.g.constant(np.zeros(columns, np.float32), f"{c.g.label}/no_bias")
