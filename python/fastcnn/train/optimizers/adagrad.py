"""Steps shortened by all gradients so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import optimizers
from fastcnn.train.optimizers.update_rule import UpdateRule
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("adagrad")
@dataclass(frozen=True)
class Adagrad(UpdateRule):
    """Each element's steps are shortened by all its gradients so far.

        a <- a + g'^2
        w <- w - lr g' / sqrt(a + epsilon)

    Args:
        learning_rate: lr.
        initial_accumulator_value: a before the first step.
        epsilon: Keeps the divisor from zero.

    Source:
        Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and
        Stochastic Optimization", JMLR 12, 2011.
    """

    op: ClassVar[str] = "adagrad_update"

    learning_rate: float | str | Schedule = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.initial_accumulator_value >= 0, "initial_accumulator_value", "at least 0")
        self.require(self.epsilon > 0, "epsilon", "positive")

    def states(self) -> Mapping[str, float]:
        return {"accumulator": float(self.initial_accumulator_value)}

    def attributes(self) -> Mapping[str, Attribute]:
        return {"epsilon": float(self.epsilon)}
