"""What the optimizers that follow Adam have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.optimizer import require_share
from fastcnn.train.optimizers.update_rule import UpdateRule
from fastcnn.typing import Attribute


@dataclass(frozen=True)
class AdamLike(UpdateRule):
    """A rule that keeps moving averages of the gradient and of its square.

        m <- beta_1 m + (1 - beta_1) g'
        v <- beta_2 v + (1 - beta_2) g'^2

    at update t = 1, 2, ... Without their bias towards 0, where both begin, they are
    m / (1 - beta_1^t) and v / (1 - beta_2^t).

    Args:
        beta_1: How slowly old gradients are forgotten, in [0, 1).
        beta_2: The same for their squares.
        epsilon: Keeps the divisor from zero.
    """

    reads_step: ClassVar[bool] = True

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share(self, "beta_1", "beta_2")
        self.require(self.epsilon > 0, "epsilon", "positive")

    def states(self) -> Mapping[str, float]:
        return {"m": 0.0, "v": 0.0}

    def attributes(self) -> Mapping[str, Attribute]:
        return {
            "beta1": float(self.beta_1),
            "beta2": float(self.beta_2),
            "epsilon": float(self.epsilon),
        }
