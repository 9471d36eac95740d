"""One step of AdaGrad."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.update import POSITIVE, Limits, Update
from fastcnn.typing import Array


@register
class AdagradUpdate(Update):
    """One step of AdaGrad.

        accumulator = accumulator + g'^2
        w = w - lr g' / sqrt(accumulator + epsilon)

    Args:
        epsilon: At least 0.

    Source:
        Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
        Optimization", JMLR 12, 2011.
    """

    name = "adagrad_update"
    states = ("accumulator",)
    limits: ClassVar[Limits] = {"epsilon": POSITIVE}

    def rule(
        self, w: Array, g: Array, accumulator: Array, *, lr: Array, epsilon: float
    ) -> tuple[Array, ...]:
        accumulator = accumulator + g * g
        return w - lr * g / np.sqrt(accumulator + epsilon), accumulator
