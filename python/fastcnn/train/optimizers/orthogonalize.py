"""The nearest orthogonal matrix, roughly."""

from __future__ import annotations

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar

A, B, C = 3.4445, -4.7750, 2.0315
"""Of the polynomial a s + b s^3 + c s^5: steepest at 0 among those that end near 1."""


def orthogonalize(g: Builder, x: Value, steps: int) -> Value:
    """Appends U V^T for x = U S V^T, with singular values within about 0.3 of 1.

        X <- x / (|x| + 1e-7), lying on its side where it is taller than wide
        X <- a X + (b X X^T + c (X X^T)^2) X, `steps` times

    Args:
        g: Where to.
        x: A matrix [rows, columns].
        steps: How often; 5 as a rule.

    Source:
        Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024: the
        Newton-Schulz iteration and its coefficients.
    """
    rows, columns = x.shape
    assert rows is not None
    assert columns is not None
    is_tall = rows > columns
    if is_tall:
        x = _transposed(g, x)
    x = g.apply("divide", x, g.apply("add", g.apply("reduce_l2", x), scalar(g, 1e-7)))
    for _ in range(steps):
        square = g.apply("matmul", x, _transposed(g, x))
        fourth = g.apply("matmul", square, square)
        inner = g.apply(
            "add", g.apply("scale", square, factor=B), g.apply("scale", fourth, factor=C)
        )
        x = g.apply("add", g.apply("scale", x, factor=A), g.apply("matmul", inner, x))
    return _transposed(g, x) if is_tall else x


def _transposed(g: Builder, x: Value) -> Value:
    return g.apply("transpose", x, perm=(1, 0))
