"""One step of Adam or AdamW."""

from __future__ import annotations

import math

import numpy as np

from fastcnn.graph import Type
from fastcnn.ops import checks
from fastcnn.ops.op import Op, register
from fastcnn.ops.update import held, regularised, update_types
from fastcnn.typing import Array


@register
class AdamUpdate(Op):
    """One step of Adam; with weight decay, of AdamW.

        g' = g + l1 sign(w) + 2 l2 w
        m = beta1 m + (1 - beta1) g'
        v = beta2 v + (1 - beta2) g'^2
        w = w - lr weight_decay w
        w = w - lr sqrt(1 - beta2^step) / (1 - beta1^step) m / (sqrt(v) + epsilon)

    Args:
        beta1, beta2, weight_decay: From 0 to 1.
        epsilon: At least 0.
        l1, l2: Coefficients of sum |w| and sum w^2 in the loss; at least 0.
        hold_zeros: 1: an element of w that is 0 stays 0.

    Shape:
        w, g, m, v: the same. lr: a scalar. step: int32 scalar, counted from 1. Outputs: w, m, v.
    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, the last paragraph
        of section 2. Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    name = "adam_update"

    def infer(
        self,
        w: Type,
        g: Type,
        m: Type,
        v: Type,
        lr: Type,
        step: Type,
        *,
        beta1: float,
        beta2: float,
        epsilon: float,
        weight_decay: float,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Type, ...]:
        checks.number(self.name, "beta1", beta1, 0.0, 1.0)
        checks.number(self.name, "beta2", beta2, 0.0, 1.0)
        checks.number(self.name, "epsilon", epsilon, 0.0)
        checks.number(self.name, "weight_decay", weight_decay, 0.0, 1.0)
        kept = update_types(
            self.name,
            {"w": w, "g": g, "m": m, "v": v},
            lr=lr,
            l1=l1,
            l2=l2,
            hold_zeros=hold_zeros,
            step=step,
        )
        return kept, kept, kept

    def reference(
        self,
        w: Array,
        g: Array,
        m: Array,
        v: Array,
        lr: Array,
        step: Array,
        *,
        beta1: float,
        beta2: float,
        epsilon: float,
        weight_decay: float,
        l1: float,
        l2: float,
        hold_zeros: int,
    ) -> tuple[Array, ...]:
        g = regularised(w, g, l1, l2)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        correction = math.sqrt(1 - beta2 ** int(step)) / (1 - beta1 ** int(step))
        decayed = w - lr * weight_decay * w
        moved = decayed - lr * correction * m / (np.sqrt(v) + epsilon)
        return held(w, moved, hold_zeros), m, v
