"""Steps as large as those before them, in units of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import optimizers, require_share
from fastcnn.train.optimizers.update_rule import UpdateRule
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("adadelta")
@dataclass(frozen=True)
class Adadelta(UpdateRule):
    """Steps in the ratio of the recent root mean squares of moves and of gradients.

        s <- rho s + (1 - rho) g'^2
        move = g' sqrt(d + epsilon) / sqrt(s + epsilon)
        d <- rho d + (1 - rho) move^2
        w <- w - lr move

    Args:
        learning_rate: lr; 1 in the paper.
        rho: How slowly old squares are forgotten, in [0, 1).
        epsilon: Sets the size of the first moves, and keeps the divisor from zero.

    Source:
        Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, algorithm 1.
    """

    op: ClassVar[str] = "adadelta_update"

    learning_rate: float | str | Schedule = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share(self, "rho")
        self.require(self.epsilon > 0, "epsilon", "positive")

    def states(self) -> Mapping[str, float]:
        return {"mean_square": 0.0, "mean_square_move": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {"rho": float(self.rho), "epsilon": float(self.epsilon)}
