"""What the updates that follow Adam have in common."""

from __future__ import annotations

from typing import ClassVar

from fastcnn.ops.training.update import POSITIVE, SHARE, Limits, Update
from fastcnn.typing import Array


class AdamLike(Update):
    """An update that keeps moving averages of the gradient and of its square.

        m = beta1 m + (1 - beta1) g'
        v = beta2 v + (1 - beta2) g'^2

    Both begin at 0, hence fall short by the factors 1 - beta1^step and 1 - beta2^step.

    Args:
        beta1, beta2: From 0 to 1.
        epsilon: At least 0.
    """

    states = ("m", "v")
    takes_step = True
    limits: ClassVar[Limits] = {"beta1": SHARE, "beta2": SHARE, "epsilon": POSITIVE}


def averages(g: Array, m: Array, v: Array, beta1: float, beta2: float) -> tuple[Array, Array]:
    """The new m and v."""
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
