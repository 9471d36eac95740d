"""One step of stochastic gradient descent."""

from __future__ import annotations

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.update import held, regularised, update_types
from fastcnn.typing import Array


@register
class SgdUpdate(Op):
    """One step of stochastic gradient descent with momentum.

        g' = g + l1 sign(w) + 2 l2 w
        velocity = momentum velocity - lr g'
        w = w + velocity, or w + momentum velocity - lr g' with Nesterov

    Args:
        momentum: From 0 to 1.
        nesterov: 0 or 1.
        l1, l2: Coefficients of sum |w| and sum w^2 in the loss; at least 0.
        hold_zeros: 1: an element of w that is 0 stays 0.

    Shape:
        w, g, velocity: the same. lr: a scalar. Outputs: w, velocity.
    Source:
        Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
        deep learning", ICML 2013.
    """

    name = "sgd_update"

    def infer(
        self,
        w: Type,
        g: Type,
        velocity: Type,
        lr: Type,
        *,
        momentum: float,
        nesterov: int,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Type, ...]:
        checks.number(self.name, "momentum", momentum, 0.0, 1.0)
        checks.flag(self.name, "nesterov", nesterov)
        state = {"w": w, "g": g, "velocity": velocity}
        kept = update_types(self.name, state, lr=lr, l1=l1, l2=l2, hold_zeros=hold_zeros)
        return kept, kept

    def reference(
        self,
        w: Array,
        g: Array,
        velocity: Array,
        lr: Array,
        *,
        momentum: float,
        nesterov: int,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Array, ...]:
        push = lr * regularised(w, g, l1, l2)
        velocity = momentum * velocity - push
        step = momentum * velocity - push if nesterov else velocity
        return held(w, w + step, hold_zeros), velocity
