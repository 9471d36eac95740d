"""Adam by the largest gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.adam_like import AdamLike
from fastcnn.train.optimizers.optimizer import optimizers


@optimizers.register("adamax")
@dataclass(frozen=True)
class Adamax(AdamLike):
    """Momentum divided by the largest recent gradient.

        m <- beta_1 m + (1 - beta_1) g'
        u <- max(beta_2 u, |g'|)
        w <- w - lr / (1 - beta_1^t) m / (u + epsilon)

    Args:
        beta_2: How slowly a large gradient is forgotten, in [0, 1).

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 2.
    """

    op: ClassVar[str] = "adamax_update"

    def states(self) -> Mapping[str, float]:
        return {"m": 0.0, "u": 0.0}
