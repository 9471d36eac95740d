"""One step of AdaGrad."""

from __future__ import annotations

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.update import held, regularised, update_types
from fastcnn.typing import Array


@register
class AdagradUpdate(Op):
    """One step of AdaGrad.

        g' = g + l1 sign(w) + 2 l2 w
        accumulator = accumulator + g'^2
        w = w - lr g' / sqrt(accumulator + epsilon)

    Args:
        epsilon: At least 0.
        l1, l2: Coefficients of sum |w| and sum w^2 in the loss; at least 0.
        hold_zeros: 1: an element of w that is 0 stays 0.

    Shape:
        w, g, accumulator: the same. lr: a scalar. Outputs: w, accumulator.
    Source:
        Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
        Optimization", JMLR 12, 2011.
    """

    name = "adagrad_update"

    def infer(
        self,
        w: Type,
        g: Type,
        accumulator: Type,
        lr: Type,
        *,
        epsilon: float,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Type, ...]:
        checks.number(self.name, "epsilon", epsilon, 0.0)
        state = {"w": w, "g": g, "accumulator": accumulator}
        kept = update_types(self.name, state, lr=lr, l1=l1, l2=l2, hold_zeros=hold_zeros)
        return kept, kept

    def reference(
        self,
        w: Array,
        g: Array,
        accumulator: Array,
        lr: Array,
        *,
        epsilon: float,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Array, ...]:
        g = regularised(w, g, l1, l2)
        accumulator = accumulator + g * g
        return held(w, w - lr * g / np.sqrt(accumulator + epsilon), hold_zeros), accumulator
