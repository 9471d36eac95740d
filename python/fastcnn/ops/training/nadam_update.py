"""One step of NAdam."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.adam_like import AdamLike, averages
from fastcnn.ops.training.update import POSITIVE, Limits
from fastcnn.typing import Array


@register
class NadamUpdate(AdamLike):
    """One step of NAdam: Adam that looks one step ahead, with a momentum that warms up.

        mu(t) = beta1 (1 - 0.96^(t momentum_decay) / 2),  P(t) = mu(1) ... mu(t),  t = step
        ahead = mu(t + 1) m / (1 - P(t + 1)) + (1 - mu(t)) g' / (1 - P(t))
        w = w - lr ahead / (sqrt(v / (1 - beta2^t)) + epsilon)

    Args:
        momentum_decay: At least 0.

    Source:
        Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop 2016, algorithm 2, with
        the momentum schedule of its report.
    """

    name = "nadam_update"
    limits: ClassVar[Limits] = {**AdamLike.limits, "momentum_decay": POSITIVE}

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
        momentum_decay: float,
    ) -> tuple[Array, ...]:
        m, v = averages(g, m, v, beta1, beta2)
        mu = [beta1 * (1 - 0.5 * 0.96 ** (momentum_decay * t)) for t in range(1, step + 2)]
        now, following = math.prod(mu[:-1]), math.prod(mu)
        ahead = mu[-1] * m / (1 - following) + (1 - mu[-2]) * g / (1 - now)
        return w - lr * ahead / (np.sqrt(v / (1 - beta2**step)) + epsilon), m, v
