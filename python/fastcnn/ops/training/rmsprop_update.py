"""One step of RMSProp."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.update import POSITIVE, SHARE, Limits, Update
from fastcnn.typing import Array


@register
class RmspropUpdate(Update):
    """One step of RMSProp with momentum.

        s = rho s + (1 - rho) g'^2
        v = momentum v + lr g' / sqrt(s + epsilon)
        w = w - v

    Args:
        rho, momentum: From 0 to 1.
        epsilon: At least 0.

    Source:
        Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
    """

    name = "rmsprop_update"
    states = ("mean_square", "velocity")
    limits: ClassVar[Limits] = {"rho": SHARE, "momentum": SHARE, "epsilon": POSITIVE}

    def rule(
        self,
        w: Array,
        g: Array,
        s: Array,
        v: Array,
        *,
        lr: Array,
        rho: float,
        momentum: float,
        epsilon: float,
    ) -> tuple[Array, ...]:
        s = rho * s + (1 - rho) * g * g
        v = momentum * v + lr * g / np.sqrt(s + epsilon)
        return w - v, s, v
