"""A margin around an image."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Node, Type, Value
from fastcnn.ops import checks
from fastcnn.ops.builder import Builder
from fastcnn.ops.op import register
from fastcnn.ops.pooling.pool import PoolingOp
from fastcnn.typing import Array

Pads = tuple[int, int, int, int]


@register
class Pad2d(PoolingOp):
    """A margin around an image; a negative pad crops.

        y[n, c, i, j] = x[n, c, i - top, j - left], or `value` where that is outside x

    Args:
        pads: Top, left, bottom, right; in pixels.
        value: What the margin holds.

    Shape:
        x: [N, C, H, W]. y: [N, C, H + top + bottom, W + left + right].
    """

    name = "pad2d"

    def infer(self, x: Type, *, pads: Pads, value: float) -> Type:
        checks.floats(self.name, x=x)
        checks.rank(self.name, 4, x=x)
        checks.integers(self.name, "pads", pads, 4, -math.inf)
        checks.number(self.name, "value", value)
        top, left, bottom, right = pads
        n, c, h, w = x.shape
        size = (None if h is None else h + top + bottom, None if w is None else w + left + right)
        if any(extent is not None and extent < 1 for extent in size):
            raise ShapeError(f"pad2d: pads {pads} leave nothing of {checks.text(x.shape)}")
        return Type((n, c, *size))

    def reference(self, x: Array, *, pads: Pads, value: float) -> Array:
        top, left, bottom, right = pads
        margins = [(0, 0), (0, 0), (max(top, 0), max(bottom, 0)), (max(left, 0), max(right, 0))]
        grown = np.pad(x, margins, constant_values=value)
        h, w = grown.shape[2:]
        return grown[:, :, max(-top, 0) : h - max(-bottom, 0), max(-left, 0) : w - max(-right, 0)]

    def gradient(self, g: Builder, node: Node, *grads: Value | None) -> Sequence[Value | None]:
        (grad_y,) = grads
        assert grad_y is not None
        pads = node.attrs["pads"]
        assert isinstance(pads, tuple)
        return [g.apply("pad2d", grad_y, pads=tuple(-pad for pad in pads), value=0.0)]
