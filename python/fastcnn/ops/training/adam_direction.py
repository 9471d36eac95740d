"""Where Adam would go."""

from __future__ import annotations

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.adam_like import AdamLike, averages
from fastcnn.typing import Array


@register
class AdamDirection(AdamLike):
    """The move of Adam, for an optimiser that decides its length by itself.

        direction = lr (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + epsilon)

    It stands in the place of w among the outputs, and is 0 where an element is held at 0. The
    weight decay has no part in it.

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    name = "adam_direction"

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
        root = np.sqrt(v / (1 - beta2**step))
        return lr * m / (1 - beta1**step) / (root + epsilon), m, v
