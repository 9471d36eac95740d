"""Adam with decay of the weights themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import Optimizer, optimizers
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("adamw")
@dataclass(frozen=True)
class AdamW(Optimizer):
    """Adam, each update preceded by a decay that the moving averages do not see.

        w <- w - lr weight_decay w
        w <- as Adam

    Args:
        learning_rate: lr.
        weight_decay: Share of w lost in an update, in units of lr. Every parameter decays.
        beta_1: How slowly old gradients are forgotten, in [0, 1).
        beta_2: The same for their squares.
        epsilon: Keeps the divisor from zero.

    Source:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2.
    """

    op: ClassVar[str] = "adam_update"
    reads_step: ClassVar[bool] = True

    learning_rate: float | str | Schedule = 0.001
    weight_decay: float = 0.004
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.weight_decay >= 0, "weight_decay", "at least 0")
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
            "weight_decay": float(self.weight_decay),
        }
