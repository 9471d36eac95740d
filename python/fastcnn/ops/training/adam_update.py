"""One step of Adam."""

from __future__ import annotations

import math

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.adam_like import AdamLike, averages
from fastcnn.typing import Array


@register
class AdamUpdate(AdamLike):
    """One step of Adam; with weight decay, of AdamW.

        w = w - lr sqrt(1 - beta2^step) / (1 - beta1^step) m / (sqrt(v) + epsilon)

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, the last paragraph
        of section 2. Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    name = "adam_update"

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
        correction = math.sqrt(1 - beta2**step) / (1 - beta1**step)
        return w - lr * correction * m / (np.sqrt(v) + epsilon), m, v
