"""Steps divided by the recent size of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import optimizers, require_share
from fastcnn.train.optimizers.update_rule import UpdateRule
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("rmsprop")
@dataclass(frozen=True)
class RMSprop(UpdateRule):
    """Each element's steps are divided by the recent root mean square of its gradient.

        s <- rho s + (1 - rho) g'^2
        v <- momentum v + lr g' / sqrt(s + epsilon)
        w <- w - v

    Args:
        learning_rate: lr.
        rho: How slowly old gradients are forgotten, in [0, 1).
        momentum: How much of the last step stays, in [0, 1).
        epsilon: Keeps the divisor from zero.

    Source:
        Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
    """

    op: ClassVar[str] = "rmsprop_update"

    learning_rate: float | str | Schedule = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share(self, "rho", "momentum")
        self.require(self.epsilon > 0, "epsilon", "positive")

    def states(self) -> Mapping[str, float]:
        return {"mean_square": 0.0, "velocity": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {
            "rho": float(self.rho),
            "momentum": float(self.momentum),
            "epsilon": float(self.epsilon),
        }
