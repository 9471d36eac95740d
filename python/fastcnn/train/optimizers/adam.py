"""Moving averages of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import Optimizer, optimizers
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("adam")
@dataclass(frozen=True)
class Adam(Optimizer):
    """Momentum divided by the recent root mean square of the gradient, both unbiased.

        m <- beta_1 m + (1 - beta_1) g'
        v <- beta_2 v + (1 - beta_2) g'^2
        w <- w - lr sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)

    at update t = 1, 2, ...

    Args:
        learning_rate: lr.
        beta_1: How slowly old gradients are forgotten, in [0, 1).
        beta_2: The same for their squares.
        epsilon: Keeps the divisor from zero.

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 2, in
        the order of computation given at its end.
    """

    op: ClassVar[str] = "adam_update"
    reads_step: ClassVar[bool] = True

    learning_rate: float | str | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(0 <= self.beta_1 < 1, "beta_1", "in [0, 1)")
        self.require(0 <= self.beta_2 < 1, "beta_2", "in [0, 1)")
        self.require(self.epsilon > 0, "epsilon", "positive")

    def states(self) -> Mapping[str, float]:
        return {"m": 0.0, "v": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {
            "beta1": float(self.beta_1),
            "beta2": float(self.beta_2),
            "epsilon": float(self.epsilon),
            "weight_decay": 0.0,
        }
