"""One step of RMSProp."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.update import held, regularised, update_types
from fastcnn.typing import Array


@register
class RmspropUpdate(Op):
    """One step of RMSProp with momentum.

        g' = g + l1 sign(w) + 2 l2 w
        mean_square = rho mean_square + (1 - rho) g'^2
        velocity = momentum velocity + lr g' / sqrt(mean_square + epsilon)
        w = w - velocity

    Args:
        rho, momentum: From 0 to 1.
        epsilon: At least 0.
        l1, l2: Coefficients of sum |w| and sum w^2 in the loss; at least 0.
        hold_zeros: 1: an element of w that is 0 stays 0.

    Shape:
        w, g, mean_square, velocity: the same. lr: a scalar. Outputs: w, mean_square, velocity.
    Source:
        Tieleman and Hinton, "Lecture 6.5: rmsprop", COURSERA: Neural Networks for Machine
        Learning, 2012.
    """

    name = "rmsprop_update"

    def infer(
        self,
        w: Type,
        g: Type,
        mean_square: Type,
        velocity: Type,
        lr: Type,
        *,
        rho: float,
        momentum: float,
        epsilon: float,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Type, ...]:
        checks.number(self.name, "rho", rho, 0.0, 1.0)
        checks.number(self.name, "momentum", momentum, 0.0, 1.0)
        checks.number(self.name, "epsilon", epsilon, 0.0)
        state = {"w": w, "g": g, "mean_square": mean_square, "velocity": velocity}
        kept = update_types(self.name, state, lr=lr, l1=l1, l2=l2, hold_zeros=hold_zeros)
        return kept, kept, kept

    def reference(
        self,
        w: Array,
        g: Array,
        mean_square: Array,
        velocity: Array,
        lr: Array,
        *,
        rho: float,
        momentum: float,
        epsilon: float,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Array, ...]:
        g = regularised(w, g, l1, l2)
        mean_square = rho * mean_square + (1 - rho) * g * g
        velocity = momentum * velocity + lr * g / np.sqrt(mean_square + epsilon)
        return held(w, w - velocity, hold_zeros), mean_square, velocity
