"""Momentum with a step as long as the layer can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from fastcnn.graph import Value
from fastcnn.ops import Builder
from fastcnn.ops.broadcast import scalar
from fastcnn.train.optimizers.gradient import Gradient
from fastcnn.train.optimizers.optimizer import optimizers, require_share
from fastcnn.train.optimizers.trust import norm, trust_ratio
from fastcnn.train.optimizers.update_rule import UpdateRule, apply_update
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("lars")
@dataclass(frozen=True)
class LARS(UpdateRule):
    """Momentum whose rate, for each kernel as a whole, is in proportion to the kernel's norm.

        rate = lr trust_coefficient |w| / (|g'| + weight_decay |w| + epsilon)
        v <- momentum v - rate (g' + weight_decay w)
        w <- w + v

    with the rate lr where |w| or |g'| is 0. Parameters of one axis (biases, normalisation) have
    the rate lr and do not decay.

    Args:
        learning_rate: lr.
        momentum: How much of the last step stays, in [0, 1).
        trust_coefficient: How much of its own norm a kernel may move at lr = 1.
        epsilon: Keeps the divisor from zero.
        weight_decay: Part of the step, as in the paper. None: no decay.

    Source:
        You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017,
        algorithm 1.
    """

    op: ClassVar[str] = "sgd_update"

    learning_rate: float | str | Schedule = 0.1
    momentum: float = 0.9
    trust_coefficient: float = 0.001
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share(self, "momentum")
        self.require(self.trust_coefficient > 0, "trust_coefficient", "positive")
        self.require(self.epsilon >= 0, "epsilon", "at least 0")

    def states(self) -> Mapping[str, float]:
        return {"velocity": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {"momentum": float(self.momentum), "nesterov": 0}

    def update(self, g: Builder, gradient: Gradient, learning_rate: Value, step: Value) -> Value:
        if gradient.parameter.type.rank > 1:
            gradient = gradient.whole(g)
            decay = float(self.weight_decay or 0.0)
            w_norm, g_norm = norm(g, gradient.parameter), norm(g, gradient.value)
            decayed = g.apply("add", g_norm, g.apply("scale", w_norm, factor=decay))
            below = g.apply("add", decayed, scalar(g, self.epsilon))
            above = g.apply("scale", w_norm, factor=float(self.trust_coefficient))
            is_still = g.apply("equal", g_norm, scalar(g, 0))
            ratio = g.apply("where", is_still, scalar(g, 1), trust_ratio(g, above, below))
            learning_rate = g.apply("multiply", learning_rate, ratio)
            gradient = replace(gradient, l2=decay / 2)
        return apply_update(
            g, self.op, gradient, self.states(), (learning_rate,), self.attributes()
        )
