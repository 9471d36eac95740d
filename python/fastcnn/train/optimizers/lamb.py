"""Adam with a step as long as the layer can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.adam_like import AdamLike
from fastcnn.train.optimizers.gradient import Gradient
from fastcnn.train.optimizers.optimizer import optimizers
from fastcnn.train.optimizers.trust import norm, trust_ratio
from fastcnn.train.optimizers.update_rule import apply_update


@optimizers.register("lamb")
@dataclass(frozen=True)
class Lamb(AdamLike):
    """Adam whose step, for each parameter as a whole, is in proportion to the parameter's norm.

        r = (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + epsilon) + weight_decay w
        w <- w - lr |w| / |r| r

    with |w| / |r| taken as 1 where either norm is 0.

    Args:
        weight_decay: Part of the step, as in the paper, hence of the norm. None: no decay.

    Source:
        You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
        ICLR 2020, algorithm 2.
    """

    op: ClassVar[str] = "adam_direction"

    def update(self, g: Builder, gradient: Gradient, learning_rate: Value, step: Value) -> Value:
        w = gradient.parameter
        r = apply_update(
            g, self.op, gradient, self.states(), (scalar(g, 1), step), self.attributes()
        )
        if self.weight_decay:
            r = g.apply("add", r, g.apply("scale", w, factor=float(self.weight_decay)))
        ratio = trust_ratio(g, norm(g, w), norm(g, r))
        length = g.apply("multiply", learning_rate, ratio)
        return g.apply("subtract", w, g.apply("multiply", r, length))
