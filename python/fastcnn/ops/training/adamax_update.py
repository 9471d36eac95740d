"""One step of AdaMax."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.update import POSITIVE, SHARE, Limits, Update
from fastcnn.typing import Array


@register
class AdamaxUpdate(Update):
    """One step of AdaMax.

        m = beta1 m + (1 - beta1) g'
        u = max(beta2 u, |g'|)
        w = w - lr / (1 - beta1^step) m / (u + epsilon)

    Args:
        beta1, beta2: From 0 to 1.
        epsilon: At least 0.

    NaN:
        One in u alone gives way to the next |g'|.
    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 2.
    """

    name = "adamax_update"
    states = ("m", "u")
    takes_step = True
    limits: ClassVar[Limits] = {"beta1": SHARE, "beta2": SHARE, "epsilon": POSITIVE}

    def rule(
        self,
        w: Array,
        g: Array,
        m: Array,
        u: Array,
        *,
        lr: Array,
        step: int,
        beta1: float,
        beta2: float,
        epsilon: float,
    ) -> tuple[Array, ...]:
        m = beta1 * m + (1 - beta1) * g
        u = np.where(beta2 * u > np.abs(g), beta2 * u, np.abs(g))
        return w - lr / (1 - beta1**step) * m / (u + epsilon), m, u
