"""Adam that looks one step ahead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.adam_like import AdamLike
from fastcnn.train.optimizers.optimizer import optimizers
from fastcnn.typing import Attribute


@optimizers.register("nadam")
@dataclass(frozen=True)
class Nadam(AdamLike):
    """Adam with the momentum of Nesterov, which warms up.

        u(t) = beta_1 (1 - 0.96^(t momentum_decay) / 2),  P(t) = u(1) u(2) ... u(t)
        a = u(t + 1) m / (1 - P(t + 1)) + (1 - u(t)) g' / (1 - P(t))
        w <- w - lr a / (sqrt(v / (1 - beta_2^t)) + epsilon)

    Args:
        momentum_decay: How fast the momentum warms up; 1 as in Keras, 0.004 as in PyTorch.

    Source:
        Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop 2016, algorithm 2, with
        the momentum schedule of its report.
    """

    op: ClassVar[str] = "nadam_update"

    momentum_decay: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.momentum_decay >= 0, "momentum_decay", "at least 0")

    def attributes(self) -> Mapping[str, Attribute]:
        return {**super().attributes(), "momentum_decay": float(self.momentum_decay)}
