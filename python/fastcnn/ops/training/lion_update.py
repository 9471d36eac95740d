"""One step of Lion."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from fastcnn.ops.op import register
from fastcnn.ops.training.update import SHARE, Limits, Update
from fastcnn.typing import Array


@register
class LionUpdate(Update):
    """One step of Lion.

        w = w - lr sign(beta1 m + (1 - beta1) g')
        m = beta2 m + (1 - beta2) g'

    Args:
        beta1, beta2: From 0 to 1.

    Source:
        Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, algorithm 2.
    """

    name = "lion_update"
    states = ("m",)
    limits: ClassVar[Limits] = {"beta1": SHARE, "beta2": SHARE}

    def rule(
        self, w: Array, g: Array, m: Array, *, lr: Array, beta1: float, beta2: float
    ) -> tuple[Array, ...]:
        w = w - lr * np.sign(beta1 * m + (1 - beta1) * g)
        return w, beta2 * m + (1 - beta2) * g
