"""One step of stochastic gradient descent."""

from __future__ import annotations

from typing import ClassVar

from fastcnn.ops.op import register
from fastcnn.ops.training.update import SHARE, Limits, Update
from fastcnn.typing import Array


@register
class SgdUpdate(Update):
    """One step of stochastic gradient descent with momentum.

        velocity = momentum velocity - lr g'
        w = w + velocity, or w + momentum velocity - lr g' with Nesterov

    Args:
        momentum: From 0 to 1.
        nesterov: 0 or 1.

    Source:
        Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
        deep learning", ICML 2013.
    """

    name = "sgd_update"
    states = ("velocity",)
    limits: ClassVar[Limits] = {"momentum": SHARE, "nesterov": SHARE}
    flags = ("nesterov",)

    def rule(
        self, w: Array, g: Array, velocity: Array, *, lr: Array, momentum: float, nesterov: int
    ) -> tuple[Array, ...]:
        velocity = momentum * velocity - lr * g
        move = momentum * velocity - lr * g if nesterov else velocity
        return w + move, velocity
