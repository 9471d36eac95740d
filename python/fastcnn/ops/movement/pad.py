"""A margin around a tensor of any rank."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from fastcnn.errors import ShapeError
from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.typing import Array

Pads: TypeAlias = "tuple[int | None, ...]"
MODES = ("constant", "edge", "reflect", "wrap")


@register
class Pad(Op):
    """A margin around a tensor; where it is negative, a crop, which is made first.

    Args:
        pads: The margin before each axis, then the one after each; in elements.
        mode: What the margin holds. constant: `value`. edge: the nearest element. reflect: x
            mirrored at its first and last element, which are not repeated. wrap: x from its
            other end.
        value: For constant.

    Shape:
        x: any. y: extents of x and both pads.
    """

    name = "pad"
    late = ("pads",)

    def infer(
        self, x: Type, *, pads: Pads | None, mode: str = "constant", value: float = 0.0
    ) -> Type:
        pads = (None,) * (2 * x.rank) if pads is None else pads
        checks.choice(self.name, "mode", mode, MODES)
        if isinstance(value, float) and not np.isfinite(value):
            checks.real(self.name, x=x)
        else:
            checks.number(self.name, "value", value)
        if len(pads) != 2 * x.rank:
            raise ShapeError(f"pad: takes two pads an axis, x is {x}, pads are {pads}")
        if None in pads:
            return Type((None,) * x.rank, x.dtype)
        given = checks.integers(self.name, "pads", pads, 2 * x.rank, -np.inf)
        extents = [
            None if extent is None else extent + given[axis] + given[axis + x.rank]
            for axis, extent in enumerate(x.shape)
        ]
        if any(extent is not None and extent < 0 for extent in extents):
            raise ShapeError(f"pad: pads {pads} crop more than x has, which is {x}")
        return Type(tuple(extents), x.dtype)

    def reference(
        self, x: Array, *, pads: tuple[int, ...], mode: str = "constant", value: float = 0.0
    ) -> Array:
        margins = list(zip(pads[: x.ndim], pads[x.ndim :], strict=True))
        for axis, (before, after) in enumerate(margins):
            kept = np.arange(max(-before, 0), x.shape[axis] - max(-after, 0))
            x = np.take(x, kept, axis=axis) if len(kept) < x.shape[axis] else x
        grown = [(max(before, 0), max(after, 0)) for before, after in margins]
        more: dict[str, Any] = {"constant_values": value} if mode == "constant" else {}
        y: Array = np.pad(x, grown, mode=mode, **more)  # type: ignore[call-overload]
        return y
