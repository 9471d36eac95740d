"""Rectified linear unit with a slope that is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastcnn.errors import ShapeError
from fastcnn.graph import Value
from fastcnn.layers.emitter import Emitter
from fastcnn.layers.layer import Layer
from fastcnn.typing import Shape


@dataclass(eq=False, repr=False)
class PReLU(Layer):
    """Rectified linear unit whose slope for negative inputs is learnt.

        y = x where x > 0, else alpha x

    Args:
        alpha_initializer: First alpha.
        alpha_regularizer: Penalty on alpha.
        shared_axes: Axes along which alpha is one number, as users count: (1, 2) for one slope a
            channel of an image.

    Shape:
        x: [N, ...]. alpha: a sample, with extent 1 along the shared axes. y: as x.

    Source:
        He et al., "Delving Deep into Rectifiers", ICCV 2015.
    """

    alpha_initializer: Any = "zeros"
    alpha_regularizer: Any = None
    shared_axes: int | Sequence[int] | None = None

    def build(self, *shapes: Shape) -> None:
        (shape,) = shapes
        given = self.shared_axes
        shared = () if given is None else given if isinstance(given, (tuple, list)) else (given,)
        if not all(isinstance(axis, int) and 1 <= axis < len(shape) for axis in shared):
            raise ShapeError(
                f"{self.label}: shared_axes must be from 1 to {len(shape) - 1} for an input of "
                f"shape {shape}, they are {given!r}"
            )
        extents = tuple(
            1 if axis in shared else self.known(extent, f"axis {axis}, or shared,")
            for axis, extent in enumerate(shape[1:], start=1)
        )
        self.add_weight("alpha", extents, self.alpha_initializer, self.alpha_regularizer)

    def emit(self, g: Emitter, *inputs: Value) -> Value:
        (x,) = inputs
        alpha = g.weight("alpha")
        if x.type.rank == 4:
            alpha = g.apply("transpose", alpha, part="alpha_to_chw", perm=(2, 0, 1))
        return g.apply("prelu", x, alpha)
