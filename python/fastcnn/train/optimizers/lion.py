"""Steps of one size, in the direction of the momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import optimizers, require_share
from fastcnn.train.optimizers.update_rule import UpdateRule
from fastcnn.train.schedules.schedule import Schedule
from fastcnn.typing import Attribute


@optimizers.register("lion")
@dataclass(frozen=True)
class Lion(UpdateRule):
    """Every element moves by lr, to the side that momentum and gradient agree on.

        w <- w - lr sign(beta_1 m + (1 - beta_1) g')
        m <- beta_2 m + (1 - beta_2) g'

    Args:
        learning_rate: lr; as a rule 3 to 10 times smaller than for Adam.
        beta_1: Share of the momentum in the direction, in [0, 1).
        beta_2: How slowly the momentum forgets, in [0, 1).

    Source:
        Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, algorithm 2.
    """

    op: ClassVar[str] = "lion_update"

    learning_rate: float | str | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share(self, "beta_1", "beta_2")

    def states(self) -> Mapping[str, float]:
        return {"m": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {"beta1": float(self.beta_1), "beta2": float(self.beta_2)}
