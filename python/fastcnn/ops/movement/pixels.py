"""Channels as pixels: depth_to_space and space_to_depth."""

from __future__ import annotations

from fastcnn.errors import ShapeError
from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.checks import Extent
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array


@register
class DepthToSpace(Op):
    """Blocks of pixels out of channels.

        DCR: y[n, c, i b + p, j b + q] = x[n, (p b + q) C / b^2 + c, i, j]
        CRD: y[n, c, i b + p, j b + q] = x[n, c b^2 + p b + q, i, j]

    Args:
        block_size: b, in pixels.
        mode: DCR or CRD.

    Shape:
        x: [N, C, H, W], C a multiple of b^2. y: [N, C / b^2, H b, W b].
    """

    name = "depth_to_space"

    def infer(self, x: Type, *, block_size: int, mode: str) -> Type:
        checks.choice(self.name, "mode", mode, ("DCR", "CRD"))
        b = checks.integer(self.name, "block_size", block_size, 1)
        checks.rank(self.name, 4, x=x)
        n, c, h, w = x.shape
        channels = _quotient(self.name, c, b * b, "the channels of x")
        size = (extent if extent is None else extent * b for extent in (h, w))
        return Type((n, channels, *size), x.dtype)

    def reference(self, x: Array, *, block_size: int, mode: str) -> Array:
        b, (n, c, h, w) = block_size, x.shape
        if mode == "DCR":
            y: Array = x.reshape(n, b, b, c // b**2, h, w).transpose(0, 3, 4, 1, 5, 2)
        else:
            y = x.reshape(n, c // b**2, b, b, h, w).transpose(0, 1, 4, 2, 5, 3)
        y = y.reshape(n, c // b**2, h * b, w * b)
        return y


@register
class SpaceToDepth(Op):
    """Channels out of blocks of pixels.

        y[n, (p b + q) C + c, i, j] = x[n, c, i b + p, j b + q]

    Args:
        block_size: b, in pixels.

    Shape:
        x: [N, C, H, W], H and W multiples of b. y: [N, C b^2, H / b, W / b].
    """

    name = "space_to_depth"

    def infer(self, x: Type, *, block_size: int) -> Type:
        b = checks.integer(self.name, "block_size", block_size, 1)
        checks.rank(self.name, 4, x=x)
        n, c, h, w = x.shape
        size = (_quotient(self.name, extent, b, "the image size") for extent in (h, w))
        return Type((n, None if c is None else c * b * b, *size), x.dtype)

    def reference(self, x: Array, *, block_size: int) -> Array:
        b, (n, c, h, w) = block_size, x.shape
        y: Array = x.reshape(n, c, h // b, b, w // b, b).transpose(0, 3, 5, 1, 2, 4)
        y = y.reshape(n, c * b * b, h // b, w // b)
        return y


def _quotient(op: str, extent: Extent, divisor: int, what: str) -> Extent:
    if extent is None:
        return None
    if extent % divisor:
        raise ShapeError(f"{op}: {what} must be a multiple of {divisor}, it is {extent}")
    return extent // divisor
