"""One step of RAdam."""

from __future__ import annotations

import math

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.adam_like import AdamLike, averages
from fastcnn.typing import Array


@register
class RadamUpdate(AdamLike):
    """One step of RAdam: momentum alone until enough squares are averaged to divide by.

        last = 2 / (1 - beta2) - 1
        rho = last - 2 step beta2^step / (1 - beta2^step)
        mean = m / (1 - beta1^step)
        w = w - lr mean                                                             if rho <= 5
        w = w - lr mean r sqrt(1 - beta2^step) / (sqrt(v) + epsilon)                otherwise
        r = sqrt((rho - 4) (rho - 2) last / ((last - 4) (last - 2) rho))

    Source:
        Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020,
        algorithm 2, with the threshold 5 of its authors' code.
    """

    name = "radam_update"

    def rule(
        self,
        w: Array,
        g: Array,
        m: Array,
        v: Array,
        *,
        lr: Array,
        step: int,
        beta1: float,
        beta2: float,
        epsilon: float,
    ) -> tuple[Array, ...]:
        m, v = averages(g, m, v, beta1, beta2)
        mean = m / (1 - beta1**step)
        last = 2 / (1 - beta2) - 1
        rho = last - 2 * step * beta2**step / (1 - beta2**step)
        if rho <= 5:
            return w - lr * mean, m, v
        r = math.sqrt((rho - 4) * (rho - 2) * last / ((last - 4) * (last - 2) * rho))
        return w - lr * mean * r * math.sqrt(1 - beta2**step) / (np.sqrt(v) + epsilon), m, v
