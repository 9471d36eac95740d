"""Moving averages of the gradient and of its square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fastcnn.train.optimizers.adam_like import AdamLike
from fastcnn.train.optimizers.optimizer import optimizers


@optimizers.register("adam")
@dataclass(frozen=True)
class Adam(AdamLike):
    """Momentum divided by the recent root mean square of the gradient, both unbiased.

        w <- w - lr sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)

    Source:
        Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 2, in
        the order of computation given at its end.
    """

    op: ClassVar[str] = "adam_update"
