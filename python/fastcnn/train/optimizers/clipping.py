"""Gradients that are kept from being too large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.gradient import Gradient


def clip(
    g: Builder,
    gradients: Sequence[Gradient],
    *,
    norm: float | None,
    value: float | None,
    global_norm: float | None,
) -> list[Gradient]:
    """Clips g', the gradients with the penalties in them.

        value:       each element to [-value, value]
        norm:        g' min(1, norm / |g'|), with |g'| the Euclidean norm of one gradient
        global_norm: the same with the Euclidean norm over all gradients

    Args:
        g: Where the nodes are appended.
        gradients: Of all parameters.
        norm: None or, as the only one, a limit.
        value: Likewise.
        global_norm: Likewise.

    Source:
        Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
        ICML 2013, algorithm 1.
    """
    if value is None and norm is None and global_norm is None:
        return list(gradients)
    whole = [gradient.whole(g) for gradient in gradients]
    if value is not None:
        low, high = -float(value), float(value)
        clipped = [g.apply("clip", gradient.value, low=low, high=high) for gradient in whole]
    else:
        squares = [g.apply("reduce_sum_square", gradient.value) for gradient in whole]
        if norm is not None:
            scales = [_scale(g, square, norm) for square in squares]
        else:
            assert global_norm is not None
            total = squares[0]
            for square in squares[1:]:
                total = g.apply("add", total, square)
            scales = [_scale(g, total, global_norm)] * len(whole)
        clipped = [
            g.apply("multiply", gradient.value, scale)
            for gradient, scale in zip(whole, scales, strict=True)
        ]
    return [replace(old, value=new) for old, new in zip(whole, clipped, strict=True)]


def _scale(g: Builder, square: Value, limit: float) -> Value:
    """min(1, limit / sqrt(square)), which is 1 where the square is 0."""
    top = scalar(g, limit)
    return g.apply("divide", top, g.apply("maximum", g.apply("sqrt", square), top))
