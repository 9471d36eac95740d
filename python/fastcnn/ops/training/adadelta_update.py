"""One step of AdaDelta."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.update import POSITIVE, SHARE, Limits, Update
from fastcnn.typing import Array


@register
class AdadeltaUpdate(Update):
    """One step of AdaDelta.

        s = rho s + (1 - rho) g'^2
        move = g' sqrt(d + epsilon) / sqrt(s + epsilon)
        d = rho d + (1 - rho) move^2
        w = w - lr move

    Args:
        rho: From 0 to 1.
        epsilon: At least 0.

    Source:
        Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1 (lr = 1).
    """

    name = "adadelta_update"
    states = ("mean_square", "mean_square_move")
    limits: ClassVar[Limits] = {"rho": SHARE, "epsilon": POSITIVE}

    def rule(
        self, w: Array, g: Array, s: Array, d: Array, *, lr: Array, rho: float, epsilon: float
    ) -> tuple[Array, ...]:
        s = rho * s + (1 - rho) * g * g
        move = g * np.sqrt(d + epsilon) / np.sqrt(s + epsilon)
        return w - lr * move, s, rho * d + (1 - rho) * move * move
