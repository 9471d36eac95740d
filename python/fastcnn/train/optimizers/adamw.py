"""Adam with decay of the weights themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.adam_like import AdamLike
from fastcnn.train.optimizers.optimizer import optimizers


@optimizers.register("adamw")
@dataclass(frozen=True)
class AdamW(AdamLike):
    """Adam, each update preceded by a decay that the moving averages do not see.

        w <- w - lr weight_decay w
        w <- as Adam

    Args:
        weight_decay: Share of w lost in an update, in units of lr. Every parameter decays.

    Source:
        Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2.
    """

    op: ClassVar[str] = "adam_update"

    weight_decay: float | None = 0.004
